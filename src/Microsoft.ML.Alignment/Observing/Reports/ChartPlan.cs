using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>
/// Decides which charts a stage has: one for each metric that it reported, related ones together, the important ones first.
/// </summary>
internal static class ChartPlan
{
    private static readonly Group[] Groups =
    [
        new("loss", [MetricNames.Loss]),
        new("rewards/margins", [MetricNames.Margin]) { Line = new(0, "0") },
        new("rewards/accuracies", [MetricNames.Accuracy]) { Scale = ChartScale.Share, Line = new(0.5, "chance") },
        new("accuracy", [MetricNames.RewardModelAccuracy]) { Scale = ChartScale.Share, Line = new(0.5, "chance") },
        new("margin", [MetricNames.RewardModelMargin]) { Line = new(0, "0") },
        new("mean_token_accuracy", [MetricNames.TokenAccuracy]) { Scale = ChartScale.Share },
        new("logps", [MetricNames.ChosenLogProbs, MetricNames.RejectedLogProbs]) { ShowsStart = true },
        new("rewards", ["rewards/chosen", "rewards/rejected"]) { Line = new(0, "0") },
        new("reward", ["mean_reward", "min_reward", "max_reward"]) { Line = new(0, "0") },
        new("kl", MetricNames.Divergences),
        new("entropy", [MetricNames.Entropy]),
        new("logps/end", [MetricNames.EndLogProb]),
        new("completions/mean_length", [MetricNames.CompletionLength]),
        new("completions/clipped_ratio", [MetricNames.ClippedRatio]) { Scale = ChartScale.Share },
        new("grad_norm", [MetricNames.GradientNorm]) { Scale = ChartScale.MayBeLogarithmic },
        new("learning_rate", [MetricNames.LearningRate]),
    ];

    private const double NearLn2 = 0.1;

    private static readonly string[] NotDrawn = [MetricNames.TokensSeen];

    /// <summary>The charts of a stage.</summary>
    public static IReadOnlyList<Chart> Of(RunHistory history)
    {
        var names = history.Names
            .Where(name => !NotDrawn.Contains(name) && !name.StartsWith(MetricNames.HealthPrefix, StringComparison.Ordinal)).ToArray();
        var known = Groups.Where(group => group.Names.Any(names.Contains));
        var others = names.Where(name => !Groups.Any(group => group.Names.Contains(name))).Select(name => new Group(name, [name]));
        return [.. known.Concat(others).Select(group => Of(group, history))];
    }

    private static Chart Of(Group group, RunHistory history)
    {
        Curve[] curves =
        [
            .. group.Names.Where(history.Names.Contains).Select(name => new Curve(
                group.Names.Count == 1 ? name : ShortName(name), history.Training(name), history.Evaluation(name))),
        ];
        IEnumerable<ReferenceLine?> lines =
        [
            group.Line,
            group.Title == MetricNames.Loss && BeginsUndecided(history) ? new(Math.Log(2), "ln 2") : null,
            .. group.ShowsStart ? curves.Select(Start) : [],
        ];
        return new(group.Title, curves, [.. lines.OfType<ReferenceLine>()], group.Scale);
    }

    // −log σ of a margin of 0: the loss of a pairwise method that compares with a reference, and about that of a fresh reward model.
    private static bool BeginsUndecided(RunHistory history) =>
        (history.Names.Contains(MetricNames.Accuracy) || history.Names.Contains(MetricNames.RewardModelAccuracy))
        && history.Training(MetricNames.Loss) is [var first, ..] && Math.Abs(first.Value - Math.Log(2)) < NearLn2;

    private static ReferenceLine? Start(Curve curve, int index) =>
        curve.All.OrderBy(value => value.Step).Take(1)
            .Select(first => new ReferenceLine(first.Value, index == 0 ? "start" : "") { Curve = index }).FirstOrDefault();

    private static string ShortName(string name) => name.Replace("_reward", "", StringComparison.Ordinal).Split('/')[^1];

    private sealed record Group(string Title, IReadOnlyList<string> Names)
    {
        public ChartScale Scale { get; init; }

        /// <summary>Gets the line that holds for every stage.</summary>
        public ReferenceLine? Line { get; init; }

        /// <summary>Gets whether each curve has a line at its first value.</summary>
        public bool ShowsStart { get; init; }
    }
}
