using System.Text.Json;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>What a saved pipeline keeps of a stage without a model, which does its work while it is fitted.</summary>
internal sealed record SavedTextStage
{
    public string FormatVersion { get; init; } = SavedJson.FormatVersion;

    /// <summary>Gets the file's hash of itself.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Gets the method, e.g. <c>JudgePreferences</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Gets the options, for whoever wants to know how data were made; nothing reads them.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>Gets how good the judge was; null where there was none.</summary>
    public JudgeQuality? Quality { get; init; }

    public void Save(IHost host, ModelSaveContext context, VersionInfo version)
    {
        host.CheckValue(context, nameof(context));
        host.Check(context.InRepository, "A stage can only be saved into a model file, not into a bare stream.");
        context.CheckAtModel();
        context.SetVersionInfo(version);
        using var entry = context.Repository.CreateEntry(context.Directory, SavedStage.Name);
        entry.Stream.Write(SavedJson.Write(this with { Sha256 = SelfHash.Blank }));
    }

    /// <summary>Loads a stage.</summary>
    /// <exception cref="FormatException">It is missing or damaged, or was written by a later version.</exception>
    public static SavedTextStage Load(IHost host, ModelLoadContext context, VersionInfo version)
    {
        host.CheckValue(context, nameof(context));
        context.CheckAtModel(version);
        host.CheckDecode(context.InRepository, "The stage is not in a model file.");
        return SavedJson.Parse<SavedTextStage>(SavedStages.Bytes(context), $"{context.Directory}/{SavedStage.Name}");
    }
}
