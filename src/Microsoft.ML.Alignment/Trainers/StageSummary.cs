using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Puts together what a stage says before its first step.</summary>
internal static class StageSummary
{
    public static TrainingSummary Of(string stage, TrainedModel trained, IExampleStore store, DataSummary data) => new()
    {
        Stage = stage,
        Data = data,
        TrainableParameters = trained.Model.TrainableParameters.Sum(parameter => parameter.NumberOfElements),
        TotalParameters = MemoryFormula.Parameters(trained.Model),
        Options = trained.Training.ToString(),
        Memory = MemoryFormula.Estimate(trained.Model, trained.Incoming, trained.Training, store),
    };
}
