using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(PolicyTransformer), null, typeof(SignatureLoadModel), "Language model policy", PolicyTransformer.LoaderSignature)]

namespace Microsoft.ML.Alignment;

/// <summary>A policy: it answers prompts, and where it was trained against a reference, tells how far it moved from that.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | is there |
/// | -- | -- | -- |
/// | `Policy` | text: a short description; its annotation `Alignment.Policy` carries the model | always |
/// | `GeneratedCompletion` | text | with `Prompt`, which a trained policy requires |
/// | `ChosenImplicitReward`, `RejectedImplicitReward` | single: β (log π − log π_ref), nats | with `Prompt` and `Chosen` or `Rejected`, if there is a reference |
/// | `ImplicitRewardMargin` | single: their difference | with all three, if there is a reference |
/// ]]></format>
/// </remarks>
public sealed class PolicyTransformer : AlignmentTransformer
{
    internal const string LoaderSignature = "AlignmentPolicy";
    internal const string BaseMethod = "base";

    internal PolicyTransformer(IHostEnvironment environment, Stage stage)
        : base(environment.Register(nameof(PolicyTransformer)), stage)
    {
    }

    private static VersionInfo Version => StageStore.VersionInfo("ALGNPLCY", LoaderSignature);

    internal static IReadOnlyList<ScoreColumn> Outputs(string method, StageColumns columns, bool hasReference, Func<string, bool> has) =>
        StageOutputs.OfPolicy(columns, hasReference, promptRequired: method != BaseMethod, has);

    private protected override ScoringKernel CreateKernel(DataViewSchema input) => new PolicyKernel(Stage, Outputs(
        Stage.Settings.Method, Stage.Settings.Columns, Stage.Reference is not null, name => AlignmentSchema.HasText(input, name)));

    private protected override void SaveModel(ModelSaveContext ctx) => StageStore.Save(Host, ctx, Version, Stage);

    // Found by ML.NET by its name and parameters.
    private static PolicyTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, StageStore.Load(env.Register(nameof(PolicyTransformer)), ctx, Version));
}
