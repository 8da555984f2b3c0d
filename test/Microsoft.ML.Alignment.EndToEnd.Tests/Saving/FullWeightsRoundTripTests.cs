using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Saving;

public sealed class FullWeightsRoundTripTests : IDisposable
{
    private readonly VerbChain _chain = new(lora: false, maxSteps: 2);
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("RewardMargin")]
    [InlineData("ImplicitRewardMargin")]
    public void AChainThatTrainedAllWeightsGivesTheSameScoresInAnotherContextBitByBit(string column)
    {
        var pairs = VerbTask.HeldOutPairs(_chain.Context);
        _chain.Context.Model.Save(_chain.Fitted, pairs.Schema, _folder["full.zip"]);
        var ml = new MLContext();
        var loaded = ml.Model.Load(_folder["full.zip"], out _);
        using var owner = (IDisposable)loaded;
        loaded.Transform(VerbTask.HeldOutPairs(ml)).GetColumn<float>(column).Should().Equal(_chain.Fitted.Transform(pairs).GetColumn<float>(column))
            .And.Contain(margin => Math.Abs(margin) > 1e-4f);
    }

    [Fact]
    public void ThereAreNoAdaptersToSaveAndTheCureIsNamed()
    {
        new Action(() => _chain.Dpo.Model.SaveAdapters(_folder["adapters"])).Should().Throw<InvalidOperationException>().WithMessage("*SavePretrained*");
        Directory.Exists(_folder["adapters"]).Should().BeFalse();
    }

    [Fact]
    public void AFolderOfAllWeightsGivesTheSameLogProbsBitByBit()
    {
        _chain.Dpo.Model.SavePretrained(_folder["full"]);
        using var loaded = _chain.Context.Alignment().LoadModel(_folder["full"]);
        loaded.ScoreCompletions(VerbTask.HeldOut(_chain.Context, right: true)).Select(logProb => logProb.Sum)
            .Should().Equal(_chain.LogProbs(_chain.Dpo, right: true));
    }

    public void Dispose()
    {
        _chain.Dispose();
        _folder.Dispose();
    }
}
