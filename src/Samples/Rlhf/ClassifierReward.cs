using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Story;
using Samples.Verbs;

namespace Samples.Rlhf;

/// <summary>
/// A reward that ML.NET alone makes: a linear classifier of text (FeaturizeText, SDCA) learns right answers from wrong ones, and GRPO writes what
/// it thinks right. It counts pieces of words and knows no verbs: what does the policy learn of it?
/// </summary>
internal static class ClassifierReward
{
    private const string Probability = "Probability";

    public static void Run(Lesson lesson)
    {
        var (align, ml) = (lesson.Align, lesson.ML);
        using var classifier = ml.Transforms.Text.FeaturizeText("Features", "Completion")
            .Append(ml.BinaryClassification.Trainers.SdcaLogisticRegression(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 50 }))
            .Fit(ml.Data.LoadFromEnumerable(Labels(lesson.TrainVerbs)));

        using var fitted = align.BaseModel(lesson.ModelPath, new() { Generation = lesson.Answers })
            .Append(align.Trainers.Sft(RlhfSettings.Start(lesson), trainingSet: lesson.Instructions))
            .Append(align.Trainers.Grpo(
                new()
                {
                    Rewards = [RewardFunction.FromTransformer(ml, classifier, Probability)],
                    Penalty = new KLPenalty.InLoss { Coefficient = 0.05, Estimator = KLEstimator.WeightedK3 },
                    GroupSize = 4,
                    MissingEndPenalty = 1,
                    MaxCompletionTokens = RlhfSettings.MostTokens,
                    Lora = lesson.Lora,
                    Training = lesson.Training(tiny: 1e-3, real: 1e-4) with { Epochs = lesson.Choose(tiny: 3, real: 1) },
                    Generation = lesson.Answers,
                },
                trainingSet: lesson.Instructions)) // only its prompts are read
            .Fit(lesson.Pairs);

        PolicyTransformer[] policies = [.. fitted.OfType<PolicyTransformer>()];
        var metrics = ml.BinaryClassification.Evaluate(classifier.Transform(ml.Data.LoadFromEnumerable(Labels(lesson.TestVerbs))));
        var (before, after) = (lesson.Score(policies[1]), lesson.Score(policies[2]));
        ScoreTable.Print($"{lesson.Measured}: never trained on", [("short SFT", before), ("GRPO", after)], withDivergence: false);
        var thinks = lesson.History.Of("Grpo", $"rewards/{Probability}/mean");
        Console.WriteLine(
            $"Look at what the classifier thinks and what is true: it tells {metrics.Accuracy:P0} of right from wrong answers about verbs that it never saw. "
            + $"The probability that it gives to what the policy writes went from {thinks[0].Value:F2} to {Curve.End(thinks):F2}; right are {before.AllRight} -> {after.AllRight} "
            + $"of {after.AllVerbs} verbs, {before.RegularRight} -> {after.RegularRight} of {after.RegularVerbs} regular ones.");
        Picture.Write(
            lesson.PicturePath("classifier"),
            new("probability that the classifier gives", "optimizer step", [Curve.Smoothed("classifier", thinks)]),
            new("KL to the short SFT model, nats a token", "optimizer step", [Curve.Smoothed("KL", lesson.History.Of("Grpo", "kl"))]));
    }

    private static IEnumerable<Labelled> Labels(IReadOnlyList<Verb> verbs) =>
        from verb in verbs
        from wording in Wording.Training
        from form in new[] { verb.Past, verb.Wrong, verb.Doubled }.Distinct()
        select new Labelled(wording.Say(verb, form), form == verb.Past);

    private sealed record Labelled(string Completion, bool Label);
}
