using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Rlhf;

/// <summary>
/// What beta does: the price of a nat of divergence from SFT, for PPO on a reward model and for DPO on the pairs that the reward model learned
/// from. Too small, and the policy follows the reward to where it is wrong; too large, and it stays where it is.
/// </summary>
internal static class BetaSweep
{
    private static readonly double[] Betas = [0.01, 0.05, 0.2, 1, 5];

    // A reward model that is wrong now and then, as they are, so that there is something to be led astray by.
    private const int PassesOfRewardModel = 4;

    public static void Run(Lesson lesson)
    {
        var (align, labels) = (lesson.Align, lesson.Rankings);
        using var start = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(RlhfSettings.Start(lesson), trainingSet: lesson.BetterSides(labels)))
            .Append(align.Trainers.RewardModel(RlhfSettings.RewardModel(lesson, PassesOfRewardModel)))
            .Fit(labels);
        var (sft, rewards) = (start.OfType<PolicyTransformer>().Last(), start.LastTransformer);
        var (pairs, prompts) = (start.Transform(labels), start.Transform(lesson.Instructions));

        PolicyTransformer Ppo(double beta) =>
            align.Trainers.Ppo(RlhfSettings.Sweep(lesson, beta), trainingSet: prompts).Fit(pairs);
        PolicyTransformer Dpo(double beta) =>
            align.Trainers.Dpo(new() { Beta = beta, Lora = lesson.Lora, Training = RlhfSettings.SweepOfPairs(lesson), Generation = lesson.Answers }).Fit(pairs);
        Point Measure(double beta, Func<double, PolicyTransformer> fit)
        {
            using var policy = fit(beta);
            return Point.Of(lesson, policy, sft, rewards, beta);
        }

        Show(
            lesson, Point.Of(lesson, sft, sft, rewards, double.PositiveInfinity),
            [("PPO", [.. Betas.Select(beta => Measure(beta, Ppo))]), ("DPO", [.. Betas.Select(beta => Measure(beta, Dpo))])]);
    }

    private static void Show(Lesson lesson, Point sft, IReadOnlyList<(string Name, IReadOnlyList<Point> Points)> sweeps)
    {
        Console.WriteLine();
        Console.WriteLine($"{lesson.Measured}: never trained on. SFT, from which all start: {sft.Right:P0} said right, reward {sft.Reward:F2}");
        TextTable.Write(
            ["method", "beta", "KL to SFT, nats", "reward", "said right"],
            [
                .. from sweep in sweeps
                   from point in sweep.Points
                   select (IReadOnlyList<string>)[sweep.Name, $"{point.Beta}", $"{point.Divergence:F3}", $"{point.Reward:F2}", $"{point.Right:P0}"],
            ]);
        foreach (var (name, points) in sweeps)
            Console.WriteLine(Said(name, points));
        Console.WriteLine("Look at reward and said right together: where the divergence is cheap the one no longer tells the other.");
        IReadOnlyList<Curve> Curves(Func<Point, (double, double)> place) =>
            [.. sweeps.Select(sweep => new Curve(sweep.Name, [.. sweep.Points.Select(place)]))];
        Picture.Write(
            lesson.PicturePath("beta-sweep"),
            new("reward of the answers", "KL to SFT, nats", Curves(point => (point.Divergence, point.Reward)))
            {
                LogarithmicAcross = true,
                Mark = ("SFT", sft.Reward),
            },
            new("KL to SFT, nats", "beta", Curves(point => (point.Beta, point.Divergence)))
            {
                LogarithmicAcross = true,
                LogarithmicUp = true,
                Legend = ScottPlot.Alignment.LowerLeft,
            },
            new("verbs said right, %", "beta", Curves(point => (point.Beta, 100 * point.Right)))
            {
                LogarithmicAcross = true,
                Mark = ("SFT", 100 * sft.Right),
            });
    }

    private static string Said(string name, IReadOnlyList<Point> points)
    {
        var falls = points.Zip(points.Skip(1)).All(pair => pair.First.Divergence > pair.Second.Divergence);
        var best = points.MaxBy(point => point.Right)!;
        var isInside = best.Right > points[0].Right && best.Right > points[^1].Right;
        return $"{name}: KL {(falls ? "falls with every beta" : "does not fall with every beta")}; most verbs are right at beta {best.Beta} ({best.Right:P0}), "
            + $"{(isInside ? "inside the range" : "at an end of the range")}: {points[0].Right:P0} at {points[0].Beta}, {points[^1].Right:P0} at {points[^1].Beta}.";
    }

    /// <summary>What a policy came to.</summary>
    /// <param name="Beta">The price of a nat.</param>
    /// <param name="Divergence">Mean divergence from SFT over its own answers, in nats.</param>
    /// <param name="Reward">Mean reward of its answers.</param>
    /// <param name="Right">Share of the verbs that it says right.</param>
    private sealed record Point(double Beta, double Divergence, double Reward, double Right)
    {
        public static Point Of(Lesson lesson, PolicyTransformer policy, PolicyTransformer sft, RewardModelTransformer rewards, double beta)
        {
            var scores = lesson.Score(policy, sft);
            return new(beta, scores.KlToReference, MeanReward(lesson, scores, rewards), scores.Accuracy);
        }

        private static double MeanReward(Lesson lesson, DrillScores scores, RewardModelTransformer rewards)
        {
            var irregular = lesson.TestVerbs.Where(verb => !verb.IsRegular);
            var answered = irregular.Zip(scores.Answers, (verb, answer) => new Instruction(Wording.Test.Ask(verb), answer));
            return lesson.ML.Data.CreateEnumerable<Rewarded>(
                rewards.Transform(lesson.ML.Data.LoadFromEnumerable(answered)), reuseRowObject: false).Average(row => row.Reward);
        }
    }

    private sealed class Rewarded
    {
        public float Reward { get; set; }
    }
}
