namespace Microsoft.ML.Alignment.EndToEnd.Tests.Saving;

public sealed class AdapterRoundTripTests(LoraVerbChain fixture) : IClassFixture<LoraVerbChain>
{
    private readonly VerbChain _chain = fixture.Chain;

    [Fact]
    public void AdaptersLoadedOnAFreshBaseGiveTheSameLogProbsBitByBit()
    {
        using var folder = new TemporaryFolder();
        _chain.Dpo.Model.SaveAdapters(folder["adapters"]);
        using var fresh = _chain.Context.Alignment().LoadModel(_chain.BasePath);
        using var loaded = fresh.LoadAdapter(folder["adapters"]);
        loaded.AdapterNames.Should().Equal("sft", "dpo");
        LogProbs(loaded).Should().Equal(_chain.LogProbs(_chain.Dpo, right: true));
    }

    [Fact]
    public void AMergedFolderGivesTheSameLogProbsUpToRounding()
    {
        using var folder = new TemporaryFolder();
        _chain.Dpo.Model.SavePretrained(folder["merged"]);
        using var merged = _chain.Context.Alignment().LoadModel(folder["merged"]);
        merged.AdapterNames.Should().BeEmpty();
        LogProbs(merged).Zip(_chain.LogProbs(_chain.Dpo, right: true)).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-3,
            "W + BA is rounded once to float32, and log-probs reach 10 nats");
        using var policy = _chain.Context.Alignment().BaseModel(folder["merged"], new() { Generation = new() { MaxNewTokens = 10 } })
            .Fit(VerbTask.Pairs(_chain.Context));
        _chain.Answers(policy).Should().Equal(_chain.Answers(_chain.Dpo));
    }

    [Fact]
    public void AMergedPolicyStartsANewChain()
    {
        using var folder = new TemporaryFolder();
        _chain.Dpo.Model.SavePretrained(folder["merged"]);
        var align = _chain.Context.Alignment();
        using var further = align.BaseModel(folder["merged"])
            .Append(align.Trainers.Dpo(new() { Lora = new() { Rank = 2 }, Training = new() { MaxSteps = 1 } }))
            .Fit(VerbTask.Pairs(_chain.Context));
        further.LastTransformer.Model.AdapterNames.Should().Equal("dpo");
    }

    private double[] LogProbs(LanguageModel model) =>
        [.. model.ScoreCompletions(VerbTask.HeldOut(_chain.Context, right: true)).Select(logProb => logProb.Sum)];
}
