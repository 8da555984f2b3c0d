using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>
/// A short chain that learns from what it writes, with all that its checkpoints must hold beside: a round that is trained on, a critic, an
/// adaptive cost of divergence, a running scale of scores.
/// </summary>
internal static class KillableRlhf
{
    private const string Command = "rlhf";

    private static readonly LoraOptions Lora = new() { Rank = 4 };
    private static readonly TrainingOptions Training = new() { MaxSteps = 10, BatchSize = 3, LearningRate = 2e-3 };

    /// <summary>What a process needs to be told to train the chain.</summary>
    public static string[] Arguments(string workspace, string zip) => [Command, workspace, zip];

    /// <summary>Trains the chain, if the arguments say so.</summary>
    /// <returns>Whether they did.</returns>
    public static bool Run(string[] arguments)
    {
        if (arguments is not [Command, var workspace, var zip])
            return false;
        Train(workspace, zip);
        return true;
    }

    /// <summary>Trains the chain, or goes on with it, and saves it.</summary>
    public static void Train(string workspace, string zip)
    {
        var ml = new MLContext(seed: 1);
        var align = ml.Alignment(new AlignmentRun { WorkspacePath = workspace, Resume = true, CheckpointEverySteps = 1 });
        var data = VerbTask.Pairs(ml);
        using var fitted = align.BaseModel(TestFiles.Stories)
            .Append(align.Trainers.RewardModel(new() { Lora = Lora, Training = Training with { MaxSteps = 2 } }))
            .Append(align.Trainers.Ppo(new()
            {
                Lora = Lora,
                Training = Training,
                GroupSize = 2,
                MiniBatches = 2,
                Passes = 2,
                MaxCompletionTokens = 12,
                Penalty = new() { Target = 0.5 },
                ScoreNormalization = ScoreNormalization.Running,
            }))
            .Fit(data);
        ml.Model.SaveReproducible(fitted, data.Schema, zip);
    }
}
