using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Compare;

/// <summary>Trains every method from the same SFT model and measures it.</summary>
internal sealed class Comparison(MLContext ml, AlignmentCatalog align, DrillModel model, VerbSplit verbs, MethodOverrides overrides)
{
    private readonly Drill _drill = new(ml, verbs.Train);
    private readonly DrillEvaluation _evaluation = new(ml, verbs.Measured, verbs.Wordings);

    /// <summary>Trains the SFT model and, from it or from the base model, every method; all with one seed.</summary>
    public IReadOnlyList<MethodResult> Run(IReadOnlyList<ComparedMethod> methods, int seed)
    {
        var pairs = _drill.Preferences;
        var settings = new MethodSettings(align.Trainers, model.Settings(seed), model.IsTiny, overrides)
        {
            Feedback = align.Data.FeedbackFromPairs(pairs),
            DistinctFeedback = align.Data.FeedbackFromPairs(pairs, distinct: true),
        };
        // Made before anything trains, so that options that are refused cost nothing.
        var sftTrainer = settings.Sft(_drill.Instructions);
        var trainers = methods.Select(method => method.Create(settings with { Key = method.Key })).ToList();
        using var start = align.BaseModel(model.Location, new() { Generation = settings.Answers }).Fit(pairs);
        var fromBase = start.Transform(pairs);
        var (sft, sftCost) = Fit(ComparedMethods.SftTitle, sftTrainer, fromBase, pairs: null);
        using var owned = sft;
        var fromSft = sft.Transform(fromBase);

        var measure = new PolicyMeasure(_evaluation, _drill.Instructions, sft);
        List<MethodResult> results =
        [
            measure.Of(ComparedMethods.BaseTitle, seed, start, cost: null),
            measure.Of(ComparedMethods.SftTitle, seed, sft, sftCost),
        ];
        foreach (var (method, trainer) in methods.Zip(trainers))
        {
            var pairCount = settings.Epochs * (int)pairs.GetRowCount()!.Value;
            var (policy, cost) = Fit(method.Title, trainer, method.FromBase ? fromBase : fromSft, pairCount);
            using (policy)
                results.Add(measure.Of(method.Title, seed, policy, cost) with { HeldBy = method.HeldBy });
        }

        return results;
    }

    private static (PolicyTransformer Policy, TrainingCost Cost) Fit(
        string title, IEstimator<PolicyTransformer> method, IDataView input, int? pairs)
    {
        Console.WriteLine($"{title}:");
        PeakMemory.Restart();
        var clock = Stopwatch.StartNew();
        var policy = method.Fit(input);
        return (policy, new(clock.Elapsed.TotalSeconds, pairs, PeakMemory.Bytes));
    }
}
