using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Feedback;

public sealed class BestOfNTests
{
    private static BestOfNEstimator.Options Options => new()
    {
        Rewards = [OnPolicyRun.SaysE],
        Count = 6,
        MaxCompletionTokens = 8,
        KeepsTruncated = true,
    };

    [Fact]
    public void TheBestOfSeveralCompletionsIsKeptAndImitatedInTheSameChain()
    {
        var context = new MLContext(seed: 5);
        var (align, pairs) = (context.Alignment(), AlignedChain.ViewOfPairs(context));
        var lines = new List<string>();
        context.Log += (_, entry) => lines.Add(entry.RawMessage);
        var sft = AlignedChain.SftOptions with { Training = AlignedChain.SftOptions.Training with { MaxSteps = 20, LearningRate = 1e-2 } };

        using var fitted = align.BaseModel(AlignedChain.BasePath).Append(align.Feedback.BestOfN(Options)).Append(align.Trainers.Sft(sft)).Fit(pairs);

        var written = Rows(context, fitted.ElementAt(1).Transform(fitted.ElementAt(0).Transform(pairs)));
        written.Should().HaveCount(5);
        foreach (var row in written)
            row.CompletionScore.Should().BeApproximately(row.Completion.Length == 0 ? 0 : row.Completion.Count(x => x == 'e') / (float)row.Completion.Length, 1e-6f);
        lines.Should().ContainMatch("BestOfN: 6 completions each, mean score *, of the best *; 0 prompts have none to keep");
        written.Average(row => (double)row.CompletionScore).Should().BeGreaterThan(MeanOfAll(lines) + 0.05);
        lines.Should().NotContain(line => line.StartsWith("Sft: the data has no text column", StringComparison.Ordinal), "it imitates what was kept");
        fitted.LastTransformer.Model.AdapterNames.Should().Equal("sft");
    }

    [Fact]
    public void TheChainsRewardModelDecidesWhereThereIsNoOtherReward()
    {
        var context = new MLContext(seed: 5);
        var (align, pairs) = (context.Alignment(), AlignedChain.ViewOfPairs(context));
        var start = align.BaseModel(AlignedChain.BasePath);

        using var fitted = start.Append(align.Trainers.RewardModel(AlignedChain.RewardModelOptions)).Append(align.Feedback.BestOfN(Options with { Rewards = [] })).Fit(pairs);

        Rows(context, fitted.Transform(pairs)).Select(row => row.CompletionScore).Distinct().Should().HaveCountGreaterThan(1);
        FluentActions.Invoking(() => start.Append(align.Feedback.BestOfN(new())).Fit(pairs)).Should().Throw<ArgumentException>().WithMessage("BestOfN has nothing to reward*");
    }

    [Fact]
    public void RowsWithoutACompletionToKeepAreLeftOut()
    {
        var context = new MLContext(seed: 5);
        var (align, pairs) = (context.Alignment(), AlignedChain.ViewOfPairs(context));
        var reward = RewardFunction.Of("some", ["Chosen"], (_, _, row) => row.Text("Chosen").Contains("went", StringComparison.Ordinal) ? null : 1);

        using var fitted = align.BaseModel(AlignedChain.BasePath).Append(align.Feedback.BestOfN(Options with { Rewards = [reward] })).Fit(pairs);
        using var cut = align.BaseModel(AlignedChain.BasePath).Append(align.Feedback.BestOfN(Options with { MaxCompletionTokens = 1, KeepsTruncated = false })).Fit(pairs);

        Rows(context, fitted.Transform(pairs)).Should().HaveCount(4);
        Rows(context, cut.Transform(pairs)).Should().BeEmpty("no completion of one token ends");
    }

    [Fact]
    public void ARunThatGoesOnKeepsWhatWasKept()
    {
        using var folder = new TemporaryFolder();
        var asked = 0;
        var reward = RewardFunction.Of("counted", (_, completion) =>
        {
            asked++;
            return completion.Length;
        });
        List<KeptRow> Fit(bool resume)
        {
            var context = new MLContext(seed: 5);
            var (align, pairs) = (context.Alignment(new() { WorkspacePath = folder["run"], Resume = resume }), AlignedChain.ViewOfPairs(context));
            using var fitted = align.BaseModel(AlignedChain.BasePath).Append(align.Feedback.BestOfN(Options with { Rewards = [reward] })).Fit(pairs);
            return Rows(context, fitted.Transform(pairs));
        }

        var first = Fit(resume: false);
        asked.Should().Be(5 * 6);
        var second = Fit(resume: true);

        asked.Should().Be(5 * 6, "nothing is sampled or scored twice");
        second.Should().BeEquivalentTo(first, options => options.WithStrictOrdering());
    }

    private static double MeanOfAll(List<string> lines)
    {
        var line = lines.First(line => line.StartsWith("BestOfN: 6 completions", StringComparison.Ordinal));
        return double.Parse(line.Split("mean score ")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static List<KeptRow> Rows(MLContext context, IDataView view) => [.. context.Data.CreateEnumerable<KeptRow>(view, reuseRowObject: false)];

    private sealed class KeptRow
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";

        public float CompletionScore { get; set; }
    }
}
