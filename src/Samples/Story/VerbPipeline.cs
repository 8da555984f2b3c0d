using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Verbs;

namespace Samples.Story;

/// <summary>The pipeline: base model, SFT, reward model, DPO, each with an adapter of its own.</summary>
internal static class VerbPipeline
{
    private static readonly GenerationOptions Answers = new() { MaxNewTokens = 32 };

    /// <summary>The options of the stages, unless a file says otherwise.</summary>
    public static StageOptions Options(DrillSettings settings) => new()
    {
        Sft = new() { Lora = settings.Lora, Training = settings.Sft, Generation = Answers },
        RewardModel = new() { Lora = settings.Lora, Training = settings.RewardModel },
        Dpo = new()
        {
            Lora = settings.Lora,
            Training = settings.Dpo,
            Beta = settings.Beta,
            SftWeight = settings.SftWeight,
            Generation = Answers,
        },
    };

    /// <summary>Composes the pipeline; <c>Fit</c> on the drill's preferences trains all three stages.</summary>
    /// <param name="align">The catalog of the run.</param>
    /// <param name="modelPath">The base.</param>
    /// <param name="drill">What is trained on.</param>
    /// <param name="options">Of the stages.</param>
    /// <param name="dev">What is measured while training; null for nothing.</param>
    public static EstimatorChain<PolicyTransformer> Compose(
        AlignmentCatalog align, string modelPath, Drill drill, StageOptions options, Drill? dev = null) =>
        align.BaseModel(modelPath, new() { Generation = Answers })
            .Append(align.Trainers.Sft(options.Sft, drill.Instructions, dev?.Instructions))
            .Append(align.Trainers.RewardModel(options.RewardModel, drill.Rankings, dev?.Rankings))
            .Append(align.Trainers.Dpo(options.Dpo, validationSet: dev?.Preferences));
}

/// <summary>The stages of a fitted pipeline by name.</summary>
internal sealed record FittedStages(PolicyTransformer Base, PolicyTransformer Sft, RewardModelTransformer RewardModel, PolicyTransformer Dpo)
{
    public static FittedStages Of(TransformerChain<PolicyTransformer> chain)
    {
        var policies = chain.OfType<PolicyTransformer>().ToList();
        return new(policies[0], policies[1], chain.OfType<RewardModelTransformer>().Single(), policies[2]);
    }
}
