using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Adapters;

public sealed class FollowingModelTests : IDisposable
{
    private static readonly PackedRows Rows = PackedSequences.Of([[1, 7, 30], [4, 2]]);

    private readonly LanguageModel _incoming = TestModels.Tiny();

    public void Dispose() => _incoming.Dispose();

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void ACopyOfAnAdapterGivesWhatThePolicyGivesAsSoonAsItIsTold(Precision precision)
    {
        using var policy = _incoming.With([LoraAdapter.Create(_incoming, new() { Rank = 2 }, "dpo", 1)], null);
        var follower = FollowingModel.Create(policy, _incoming);
        using var reference = follower.Reference;

        RequireFollows(follower, policy, precision);
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.BFloat16)]
    public void ACopyOfAllWeightsGivesWhatThePolicyGivesAsSoonAsItIsTold(Precision precision)
    {
        using var policy = _incoming.TrainableCopy();
        var follower = FollowingModel.Create(policy, _incoming);
        using var reference = follower.Reference;

        RequireFollows(follower, policy, precision);
    }

    [Fact]
    public void TheCopyIsFreedWithTheReferenceAndThePolicyIsNot()
    {
        using var policy = _incoming.With([LoraAdapter.Create(_incoming, new() { Rank = 2 }, "dpo", 1)], null);
        var follower = FollowingModel.Create(policy, _incoming);

        follower.Reference.Dispose();

        follower.Weights.Should().HaveCount(2 * _incoming.LinearLayers.Count).And.AllSatisfy(weight =>
            (weight.Value.Reference.IsInvalid, weight.Value.Policy.IsInvalid).Should().Be((true, false)));
    }

    private void RequireFollows(FollowingModel follower, LanguageModel policy, Precision precision)
    {
        var before = TestModels.Logits(_incoming, Rows, precision);
        TestModels.Logits(follower.Reference, Rows, precision).Should().Equal(before, "it begins as what came in");
        using (no_grad())
            foreach (var parameter in policy.TrainableParameters)
                parameter.add_(0.125f);
        TestModels.Logits(follower.Reference, Rows, precision).Should().Equal(before, "it has weights of its own");
        using (no_grad())
            foreach (var (reference, trained) in follower.Weights.Values)
                reference.copy_(trained);
        TestModels.Logits(follower.Reference, Rows, precision).Should().Equal(TestModels.Logits(policy, Rows, precision));
    }
}
