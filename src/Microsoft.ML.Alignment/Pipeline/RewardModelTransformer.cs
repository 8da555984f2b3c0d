using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(RewardModelTransformer), null, typeof(SignatureLoadModel), "Language model reward model", RewardModelTransformer.LoaderSignature)]

namespace Microsoft.ML.Alignment;

/// <summary>A reward model: it says how good completions are. Only differences between completions of one prompt mean something.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | is there |
/// | -- | -- | -- |
/// | `RewardModel` | text: a short description; its annotation `Alignment.RewardModel` carries the model | always |
/// | `Reward` | single: the reward of `Completion` | with `Prompt` and `Completion` |
/// | `ChosenReward`, `RejectedReward` | single | with `Prompt` and `Chosen` or `Rejected` |
/// | `RewardMargin` | single: their difference | with all three |
/// ]]></format>
/// </remarks>
public sealed class RewardModelTransformer : ModelTransformer
{
    internal const string LoaderSignature = "AlignmentRewardModel";

    internal RewardModelTransformer(IHostEnvironment environment, FittedStage stage)
        : base(environment.Register(nameof(RewardModelTransformer)), stage)
    {
    }

    private static VersionInfo Version => SavedStages.VersionInfo("ALGNRWRD", LoaderSignature);

    private protected override RowScorer CreateScorer(DataViewSchema input) =>
        new RewardModelScorer(Stage, ScoreColumns.OfRewardModel(Stage.Settings.Columns, name => AlignmentSchema.HasText(input, name)));

    private protected override void SaveModel(ModelSaveContext ctx) => SavedStages.Save(Host, ctx, Version, Stage);

    // Found by ML.NET by its name and parameters.
    private static RewardModelTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, SavedStages.Load(env.Register(nameof(RewardModelTransformer)), ctx, Version));
}
