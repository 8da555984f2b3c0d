using System.Text.Json;

namespace Microsoft.ML.Alignment.Training;

/// <summary>What is known of a stage when it begins.</summary>
/// <param name="Stage">The method, e.g. <c>Dpo</c>.</param>
/// <param name="Policy">The model that trains. Borrowed; to be read only inside of an observer's call.</param>
/// <param name="Training">How it trains.</param>
/// <param name="TotalSteps">Steps of the stage.</param>
internal sealed record StageStart(string Stage, LanguageModel Policy, ResolvedTraining Training, int TotalSteps)
{
    /// <summary>Gets the place of the stage among those that the run fits, from 1.</summary>
    public int Index { get; init; }

    /// <summary>Gets the stage's folder in the workspace; null without a workspace.</summary>
    public string? Folder { get; init; }

    /// <summary>Gets the step of the checkpoint that the stage goes on from; null if it begins anew.</summary>
    public int? ResumedStep { get; init; }

    /// <summary>Gets the method's own options as they are saved; null where there are none.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>Gets what it trains on.</summary>
    public StageData Data { get; init; }
}

/// <summary>The data of a stage in numbers.</summary>
/// <param name="TrainingExamples">Rows, or pairs, that are trained on.</param>
/// <param name="ValidationExamples">Rows, or pairs, that are evaluated on; 0 without a validation set.</param>
internal readonly record struct StageData(int TrainingExamples, int ValidationExamples)
{
    /// <summary>Gets what was found in the data when they were read; null where nobody looked.</summary>
    public TrainingSummary? Summary { get; init; }
}
