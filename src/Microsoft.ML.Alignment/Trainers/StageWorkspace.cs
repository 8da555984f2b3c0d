using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Opens the part of a workspace that keeps a stage.</summary>
internal static class StageWorkspace
{
    /// <summary>The checkpoints of a stage, which know all that its result is a function of.</summary>
    /// <param name="stage">The models, and how to train.</param>
    /// <param name="context">The method and its options.</param>
    /// <param name="folder">The stage's folder; null without a workspace, where the result is null.</param>
    /// <param name="rows">What it trains on and is evaluated on.</param>
    /// <param name="facts">What else its result is a function of.</param>
    public static WorkspaceStage? Open(
        StageSetup stage, TrainingContext context, string? folder, StageRows rows, IReadOnlyList<RunFact> facts)
    {
        if (folder is null)
            return null;
        var identity = new RunIdentity(stage.Training, context.Options);
        identity["incoming model"] = $"SHA-256 {ContentHash.Of(stage.Incoming)}";
        identity["training data"] = Describe(rows.Training);
        if (rows.Validation is { } validation)
            identity["validation data"] = Describe(validation);
        foreach (var fact in facts)
            identity[fact.Name] = fact.Value();
        return new(context.Stage, folder, identity, context.Run);
    }

    /// <summary>What an identity says of rows.</summary>
    public static string Describe(IExampleStore store) => $"{store.Count} examples with SHA-256 {ContentHash.Of(store)}";
}
