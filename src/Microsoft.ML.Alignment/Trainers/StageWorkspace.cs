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
    /// <param name="training">What it trains on.</param>
    /// <param name="validation">What it is evaluated on; null for nothing.</param>
    public static StageCheckpoints? Open(
        StageSetup stage, TrainingContext context, string? folder, IExampleStore training, IExampleStore? validation)
    {
        if (folder is null)
            return null;
        var identity = new RunIdentity(stage.Training, context.Options);
        identity["incoming model"] = $"SHA-256 {ContentHash.Of(stage.Incoming)}";
        identity["training data"] = Describe(training);
        if (validation is not null)
            identity["validation data"] = Describe(validation);
        return new(context.Stage, folder, identity, context.Run);
    }

    private static string Describe(IExampleStore store) => $"{store.Count} examples with SHA-256 {ContentHash.Of(store)}";
}
