using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>A short chain with all that a checkpoint must hold: adapters with dropout, a head, all weights, a reference that follows.</summary>
internal static class KillableChain
{
    private const string Command = "train";

    private static readonly TrainingOptions Training = new() { MaxSteps = 6, BatchSize = 4, MicroBatchSize = 2, LearningRate = 1e-3 };
    private static readonly LoraOptions Lora = new() { Rank = 4, Dropout = 0.2 };

    /// <summary>How its first stage trains.</summary>
    public static SftTrainer.Options SftOptions => new() { Lora = Lora, Training = Training };

    /// <summary>What a process needs to be told to train the chain.</summary>
    public static string[] Arguments(string workspace, string zip) => [Command, workspace, zip];

    /// <summary>Trains the chain, if the arguments say so.</summary>
    /// <returns>Whether they did.</returns>
    public static bool Run(string[] arguments)
    {
        if (arguments is not [Command, var workspace, var zip])
            return false;
        Train(new AlignmentRun { WorkspacePath = workspace, Resume = true, CheckpointEverySteps = 1 }, zip);
        return true;
    }

    /// <summary>Trains the chain and saves it.</summary>
    public static void Train(AlignmentRun run, string zip)
    {
        var ml = new MLContext(seed: 1);
        var align = ml.Alignment(run);
        var data = VerbTask.Pairs(ml);
        using var fitted = align.BaseModel(TestFiles.Stories)
            .Append(align.Trainers.Sft(SftOptions))
            .Append(align.Trainers.RewardModel(new() { Lora = Lora, Training = Training }))
            .Append(align.Trainers.Dpo(new() { Training = Training, Reference = new ReferencePolicy.Following { EverySteps = 2 } }))
            .Fit(data);
        ml.Model.SaveReproducible(fitted, data.Schema, zip);
    }
}
