using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Puts together what a stage says before its first step.</summary>
internal static class StageSummary
{
    // Weights are some 0.02 large. A step on all of them goes further than one on an adapter, whose second matrix begins at 0 and has to become
    // that large first. See docs/training.md.
    private const double ShortestForAllWeights = 1e-5;
    private const double ShortestForAdapters = 3e-4;

    /// <param name="settings">The method.</param>
    /// <param name="stage">The models, and how to train.</param>
    /// <param name="rows">What it trains on.</param>
    /// <param name="passesOfRow">How often the tokens of a row are in a pass.</param>
    /// <param name="beside">What a method that samples has beside; null for one that does not.</param>
    public static TrainingSummary Of(TrainerSettings settings, StageSetup stage, StageRows rows, int passesOfRow, SamplingMemory? beside)
    {
        var training = stage.Training;
        var steps = training.TotalSteps((rows.Training.Count + training.BatchSize - 1) / training.BatchSize);
        var reach = Enumerable.Range(0, steps).Sum(step => Schedule.Rate(step, steps, training));
        return new()
        {
            Stage = settings.Method,
            Data = rows.Summary,
            TrainableParameters = stage.Model.TrainableParameters.Sum(parameter => parameter.NumberOfElements),
            TotalParameters = MemoryFormula.Parameters(stage.Model),
            Options = $"{stage.Training}; {OwnOptions(settings.Options)}",
            Steps = steps,
            Reach = reach,
            IsTooShort = reach < (settings.Options.Lora is null ? ShortestForAllWeights : ShortestForAdapters),
            Memory = MemoryFormula.Estimate(
                stage.Model, settings.Reference is null ? null : stage.Incoming, stage.Training.Precision, stage.Plan, rows.Training, passesOfRow,
                beside),
        };
    }

    // What the method has besides the options of training, as it is saved.
    private static string OwnOptions(TrainerOptions options)
    {
        var json = JsonObject.Create(SavedJson.ElementOf(options))!;
        foreach (var training in json.Select(option => option.Key).Where(IsTraining).ToArray())
            json.Remove(training);
        return json.ToJsonString();
    }

    private static bool IsTraining(string option) =>
        string.Equals(option, nameof(TrainerOptions.Training), StringComparison.OrdinalIgnoreCase);
}
