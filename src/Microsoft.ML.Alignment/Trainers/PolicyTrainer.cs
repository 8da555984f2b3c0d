using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>A trainer that fits a policy.</summary>
public abstract class PolicyTrainer : AlignmentTrainer<PolicyTransformer>
{
    private protected PolicyTrainer(IHostEnvironment environment, TrainerSettings settings, TrainerData data)
        : base(environment, settings, data)
    {
    }

    private protected sealed override string AnnotationKind => AlignmentSchema.PolicyKind;

    private protected sealed override IReadOnlyList<ScoreColumn> Outputs(Func<string, bool> has) =>
        PolicyTransformer.Outputs(Settings.AdapterName, Settings.Options.Columns, hasReference: Settings.RewardScale is not null, has);

    private protected sealed override PolicyTransformer CreateTransformer(
        IHostEnvironment environment, FittedSettings settings, LanguageModel model, LanguageModel incoming) =>
        new(environment, new(settings, model, settings.Beta is null ? null : incoming.Share()));
}
