using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>The content of <c>stage.json</c>, one for each stage of a saved pipeline.</summary>
internal sealed record SavedStage
{
    public const string Name = "stage.json";

    public string FormatVersion { get; init; } = SavedJson.FormatVersion;

    /// <summary>Gets the file's hash of itself; null in files of format 1.0.</summary>
    public string? Sha256 { get; init; }

    public required FittedSettings Settings { get; init; }

    /// <summary>Gets the model: its adapters stand in the order in which they were trained.</summary>
    public required SavedModel Model { get; init; }

    /// <summary>Gets the reference of implicit rewards: the policy that entered the stage. Null where there is none.</summary>
    public SavedModel? Reference { get; init; }

    public byte[] Write() => SavedJson.Write(this with { Sha256 = SelfHash.Blank });

    /// <summary>Reads a stage. Fields that this version does not know are ignored.</summary>
    /// <exception cref="FormatException">It was written by a later major version, or is damaged.</exception>
    public static SavedStage Parse(byte[] json, string place) => SavedJson.Parse<SavedStage>(json, place);
}

/// <summary>A model as a stage refers to it: parts that lie once in the file, by the SHA-256 of their content.</summary>
/// <param name="Source">Where the base came from, for messages.</param>
/// <param name="Files">The small files, by name.</param>
/// <param name="Weights">The base.</param>
/// <param name="Adapters">The stack, first trained first.</param>
/// <param name="RewardHead">The head of a reward model; null for a policy.</param>
internal sealed record SavedModel(
    string Source, IReadOnlyDictionary<string, string> Files, string Weights, IReadOnlyList<SavedAdapter> Adapters, string? RewardHead = null)
{
    /// <summary>Gets how the model was trained; null where that was not kept. What it took is in <c>cost.json</c>.</summary>
    public IReadOnlyList<TrainingRecord>? History { get; init; }
}

/// <summary>An adapter of a saved model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Config">Its <c>adapter_config.json</c>.</param>
/// <param name="Weights">Its matrices.</param>
/// <param name="Updates">What the matrices do not say, by module path.</param>
internal sealed record SavedAdapter(string Name, string Config, string Weights, IReadOnlyDictionary<string, SavedUpdate> Updates);

/// <summary>Scale and dropout of a low-rank update.</summary>
internal sealed record SavedUpdate(double Scale, double Dropout);
