using Microsoft.ML;
using Microsoft.ML.Alignment;
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
        var (pairs, questions) = (_drill.Preferences, _drill.Questions);
        var settings = new MethodSettings(align, model.Settings(seed), model.IsTiny, overrides)
        {
            Pairs = pairs,
            Neighbours = new Drill(ml, [.. verbs.Train, .. verbs.Train.Where(verb => verb.IsRegular)]).Neighbours,
            Feedback = align.Data.FeedbackFromPairs(pairs),
            DistinctFeedback = align.Data.FeedbackFromPairs(pairs, distinct: true),
        };
        // Made before anything trains, so that options that are refused cost nothing.
        var sftTrainer = settings.Sft(_drill.Instructions);
        var trainers = methods.Select(method => method.Create(settings with { Key = method.Key })).ToList();
        using var start = align.BaseModel(model.Location, new() { Generation = settings.Answers }).Fit(pairs);
        var fromBase = start.Transform(pairs);
        using var sft = FittedPolicy.Fit(ComparedMethods.SftTitle, sftTrainer, fromBase, pairs: null);

        var measure = new PolicyMeasure(_evaluation, _drill.Instructions, sft.Policy);
        List<MethodResult> results =
        [
            measure.Of(ComparedMethods.BaseTitle, seed, start, cost: null),
            measure.Of(ComparedMethods.SftTitle, seed, sft.Policy, sft.Cost),
        ];
        IDataView Input(ComparedMethod method)
        {
            var rows = start.Transform(method.WritesAnswers ? questions : pairs);
            return method.FromBase ? rows : sft.Policy.Transform(rows);
        }

        foreach (var (method, trainer) in methods.Zip(trainers))
        {
            int? pairCount = method.WritesAnswers || method.HasOwnRows ? null : settings.Epochs * (int)pairs.GetRowCount()!.Value;
            using var fitted = FittedPolicy.Fit(method.Title, trainer, Input(method), pairCount);
            results.Add(measure.Of(method.Title, seed, fitted.Policy, fitted.Cost) with { HeldBy = method.HeldBy });
        }

        return results;
    }
}
