using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Story;
using Samples.Verbs;

namespace Samples.Rlhf;

/// <summary>
/// RLHF (Ouyang et al., 2022): labels say which of two answers is better; a reward model learns that, and PPO writes answers for it. Why not
/// imitate the better answers? Because better is not good: of "goed" and "wented" the better one is still wrong.
/// </summary>
internal static class Rlhf
{
    private const double Target = 0.5;

    public static void Run(Lesson lesson)
    {
        var align = lesson.Align;

        // The same labels twice: pairs for the reward model, and the better side of each pair to imitate.
        var labels = lesson.Rankings;
        var better = lesson.BetterSides(labels);

        var imitation = Imitate(lesson, labels, better);

        var pipeline = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(RlhfSettings.Start(lesson), trainingSet: better))
            .Append(align.Trainers.RewardModel(RlhfSettings.RewardModel(lesson)))
            .Append(align.Trainers.Ppo(
                RlhfSettings.Ppo(lesson, RlhfSettings.Controlled(lesson, Target)), // beta is controlled towards the target
                trainingSet: lesson.Instructions));                               // only its prompts are read
        using var fitted = pipeline.Fit(labels);

        Show(lesson, imitation, fitted);
    }

    // Measured and let go of, so that there are not two models in memory.
    private static DrillScores Imitate(Lesson lesson, IDataView labels, IDataView better)
    {
        var align = lesson.Align;
        using var fitted = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(RlhfSettings.Long(lesson), trainingSet: better))
            .Fit(labels);
        return lesson.ScoreSampled(fitted.LastTransformer);
    }

    private static void Show(Lesson lesson, DrillScores imitation, TransformerChain<PolicyTransformer> fitted)
    {
        PolicyTransformer[] policies = [.. fitted.OfType<PolicyTransformer>()];
        (string Name, DrillScores Scores)[] scores =
        [
            ("base model", lesson.ScoreSampled(policies[0])), ("short SFT", lesson.ScoreSampled(policies[1])),
            ("SFT", imitation), ("RLHF", lesson.ScoreSampled(policies[2])),
        ];
        ScoreTable.Print($"{lesson.Measured}: never trained on", scores, withDivergence: false);
        var (divergence, reward) = (lesson.History.Of("Ppo", "objective/kl"), lesson.History.Of("Ppo", "objective/scores"));
        var (sft, rlhf, reached) = (scores[2].Scores, scores[3].Scores, Curve.End(divergence));
        var points = (double after, double before) => $"{100 * (after - before):+0;-0} points";
        Console.WriteLine(
            $"Look at the columns SFT and RLHF: from the same labels, imitation says {sft.Right} of {sft.Verbs} irregular verbs right and RLHF {rlhf.Right} "
            + $"({points(rlhf.RightShare, sft.RightShare)}); with the regular ones {sft.AllRight} and {rlhf.AllRight} of {sft.AllVerbs} "
            + $"({points(rlhf.Accuracy, sft.Accuracy)}).");
        Console.WriteLine(
            $"It went {reached:F2} nats a completion from the short SFT model; the target was {Target} ({100 * ((reached / Target) - 1):+0;-0} %). "
            + "A third of the labels prefer \"goed\" to \"wented\": imitation learns to say goed, a reward model learns an order.");
        Picture.Write(
            lesson.PicturePath("rlhf"),
            new("reward of what the policy writes", "optimizer step", [Curve.Smoothed("score", reward)]),
            new("KL to the short SFT model, nats", "optimizer step", [Curve.Smoothed("KL", divergence)]) { Mark = ("target", Target) },
            new("verbs said right, %", "", [new("", [.. scores.Select((policy, i) => ((double)i, 100 * policy.Scores.Accuracy))])])
            {
                Places = [.. scores.Select(policy => policy.Name)],
            });
    }
}
