using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Puts together what a stage says before its first step.</summary>
internal static class StageSummary
{
    public static TrainingSummary Of(
        TrainerSettings settings, TrainedModel trained, BatchPlan plan, IExampleStore store, DataSummary data)
    {
        var reference = settings.Beta is null ? null : trained.Incoming;
        return new()
        {
            Stage = settings.Method,
            Data = data,
            TrainableParameters = trained.Model.TrainableParameters.Sum(parameter => parameter.NumberOfElements),
            TotalParameters = MemoryFormula.Parameters(trained.Model),
            Options = $"{trained.Training}; {OwnOptions(settings.Options)}",
            Memory = MemoryFormula.Estimate(trained.Model, reference, trained.Training.Precision, plan, store),
        };
    }

    // What the method has besides the options of training, as it is saved.
    private static string OwnOptions(TrainerOptions options)
    {
        var json = JsonObject.Create(StageFile.OptionsOf(options))!;
        foreach (var training in json.Select(option => option.Key).Where(IsTraining).ToArray())
            json.Remove(training);
        return json.ToJsonString();
    }

    private static bool IsTraining(string option) =>
        string.Equals(option, nameof(TrainerOptions.Training), StringComparison.OrdinalIgnoreCase);
}
