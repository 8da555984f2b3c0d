using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>Trains every method from the same SFT model and measures it.</summary>
internal sealed class Comparison(MLContext ml, AlignmentCatalog align, DrillModel model)
{
    private readonly Drill _drill = new(ml, Verb.LoadAll().Where(verb => verb.Split == "train"));
    private readonly DrillEvaluation _test = new(ml, Verb.LoadAll().Where(verb => verb.Split == "test"));

    /// <summary>Trains the SFT model and, from it or from the base model, every method; all with one seed.</summary>
    public IReadOnlyList<MethodResult> Run(IReadOnlyList<ComparedMethod> methods, int seed)
    {
        var pairs = _drill.Preferences;
        var settings = new MethodSettings(align.Trainers, model.Settings(seed), model.IsTiny)
        {
            Feedback = align.Data.FeedbackFromPairs(pairs),
            DistinctFeedback = align.Data.FeedbackFromPairs(pairs, distinct: true),
        };
        using var start = align.BaseModel(model.Location, new() { Generation = settings.Answers }).Fit(pairs);
        var fromBase = start.Transform(pairs);
        var (sft, sftCost) = Fit(ComparedMethods.SftTitle, settings.Sft(_drill.Instructions), fromBase, pairs: null);
        using var owned = sft;
        var fromSft = sft.Transform(fromBase);

        var measure = new PolicyMeasure(_test, _drill.Instructions, sft);
        List<MethodResult> results =
        [
            measure.Of(ComparedMethods.BaseTitle, seed, start, cost: null),
            measure.Of(ComparedMethods.SftTitle, seed, sft, sftCost),
        ];
        foreach (var method in methods)
        {
            var pairCount = settings.Epochs * (int)pairs.GetRowCount()!.Value;
            var (policy, cost) = Fit(method.Title, method.Create(settings), method.FromBase ? fromBase : fromSft, pairCount);
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
