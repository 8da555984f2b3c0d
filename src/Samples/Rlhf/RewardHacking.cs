using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Serving;
using Samples.Story;
using Samples.Verbs;

namespace Samples.Rlhf;

/// <summary>
/// Reward hacking (Gao et al., 2022, arXiv:2210.10760): a reward that is meant well and looks at the wrong thing. Past forms end in -ed, so
/// answers with a word in -ed are paid for; irregular verbs are what it forgot.
/// </summary>
internal static class RewardHacking
{
    // A reward of 1 is worth 1/beta nats: the policy says goed only where it almost believes it.
    private const double Price = 4;
    private const string FlawedHeldOut = "eval_rewards/ends_in_ed/mean";
    private const string RightHeldOut = "eval_rewards/right/mean";
    private const string Divergence = "objective/kl";

    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;
        using var start = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(RlhfSettings.Known(lesson), trainingSet: lesson.Instructions))
            .Fit(lesson.Questions);
        Show(lesson, lesson.Score(start.LastTransformer), Train(lesson, start, beta: 0), Train(lesson, start, Price));
    }

    private static Outcome Train(Lesson lesson, TransformerChain<PolicyTransformer> start, double beta)
    {
        // The rater knows one rule of grammar; what is right is measured beside it, and with a weight of 0 nothing is learned from it.
        var flawed = RewardFunction.Of("ends_in_ed", (_, answer) => EndsInEd(answer) ? 1 : 0);
        var right = RewardFunction.Of("right", ["Past", "Wrong", "Doubled"], (_, answer, row) =>
            AnswerScoring.Score(answer, row.Text("Past"), row.Text("Wrong"), row.Text("Doubled")) == Said.Right ? 1 : 0);

        var align = lesson.KeptRun($"reward-hacking-beta-{beta}", out var folder);
        using var policy = align.Trainers.Rloo(
            new()
            {
                Rewards = [flawed, right],
                RewardWeights = [1, 0],
                Penalty = new() { Coefficient = beta },
                GroupSize = 4,
                MaxCompletionTokens = RlhfSettings.MostTokens,
                Lora = lesson.Lora,
                Training = RlhfSettings.Hacking(lesson),
                Generation = lesson.Answers,
            },
            validationSet: start.Transform(lesson.TestQuestions)).Fit(start.Transform(lesson.Questions));
        return new($"beta {beta}", lesson.Score(policy), folder);
    }

    private static bool EndsInEd(string answer) =>
        answer.Split([' ', '"', '.'], StringSplitOptions.RemoveEmptyEntries).Any(word => word.EndsWith("ed", StringComparison.Ordinal));

    private static void Show(Lesson lesson, DrillScores sft, Outcome free, Outcome held)
    {
        (string Name, DrillScores Scores)[] scores = [("SFT", sft), (free.Name, free.Scores), (held.Name, held.Scores)];
        ScoreTable.Print($"{lesson.Measured}: never trained on", scores, withDivergence: false);
        SayAnswers(lesson, scores);
        Say(sft, free);
        Say(sft, held);
        var error = Math.Sqrt(sft.Accuracy * (1 - sft.Accuracy) / sft.AllVerbs);
        Console.WriteLine(
            "Look at went and goed: the reward takes goed for another walked, and a policy that nothing holds follows it. "
            + $"A standard error of SFT's accuracy is {100 * error:F1} points.");
        IReadOnlyList<Curve> Curves(string metric, double factor) =>
            [.. new[] { free, held }.Select(run => new Curve(run.Name, [.. run.Of(metric).Select(look => ((double)look.Step, factor * look.Value))]))];
        IReadOnlyList<Curve> divergences = [Curve.Smoothed(free.Name, free.Of(Divergence)), Curve.Smoothed(held.Name, held.Of(Divergence))];
        Picture.Write(
            lesson.PicturePath("reward-hacking"),
            new("the flawed reward: answers with -ed, %", "optimizer step", Curves(FlawedHeldOut, 100)) { Legend = ScottPlot.Alignment.UpperLeft },
            new("what it stands for: answers that are right, %", "optimizer step", Curves(RightHeldOut, 100)) { Legend = ScottPlot.Alignment.LowerLeft },
            new("KL to SFT, nats", "optimizer step", divergences) { Legend = ScottPlot.Alignment.UpperLeft });
    }

    private static void Say(DrillScores sft, Outcome run)
    {
        var (flawed, right) = (run.Of(FlawedHeldOut), run.Of(RightHeldOut));
        Console.WriteLine(
            $"{run.Name}: of what it samples about verbs that it is not trained on {flawed[0].Value:P0} earn the flawed reward at first and "
            + $"{flawed[^1].Value:P0} in the end; {right[0].Value:P0} and {right[^1].Value:P0} are right. Greedy, {sft.AllRight} and {run.Scores.AllRight} of "
            + $"{sft.AllVerbs} verbs ({100 * (run.Scores.Accuracy - sft.Accuracy):+0;-0} points), {Curve.End(run.Of(Divergence)):F2} nats from SFT. "
            + $"What it sampled is in {Path.Combine(run.Folder, "report.html")}.");
        if (run.Of("eval_health/reward_hacking") is [var warned, ..])
            Console.WriteLine($"  After step {warned.Step} the run's health check warns of reward hacking: what is measured beside the reward falls.");
    }

    private static void SayAnswers(Lesson lesson, (string Name, DrillScores Scores)[] policies)
    {
        foreach (var (index, verb) in lesson.TestVerbs.Where(verb => !verb.IsRegular).Index().Take(3))
        {
            Console.WriteLine(Wording.Test.Ask(verb));
            foreach (var (name, scores) in policies)
                Console.WriteLine($"  {name,-8} {Ask.OneLine(scores.Answers[index])}");
        }
    }

    /// <param name="Name">What the run is called.</param>
    /// <param name="Scores">What its policy says.</param>
    /// <param name="Folder">Where it is kept.</param>
    private sealed record Outcome(string Name, DrillScores Scores, string Folder)
    {
        public IReadOnlyList<(int Step, double Value)> Of(string metric) => KeptMetrics.Of(Folder, metric);
    }
}
