using Microsoft.ML.Alignment;
using Microsoft.ML.Data;

namespace Samples;

/// <summary>The stages of a fitted pipeline by name.</summary>
internal sealed record FittedStages(PolicyTransformer Base, PolicyTransformer Sft, RewardModelTransformer RewardModel, PolicyTransformer Dpo)
{
    public static FittedStages Of(TransformerChain<PolicyTransformer> chain)
    {
        var policies = chain.OfType<PolicyTransformer>().ToList();
        return new(policies[0], policies[1], chain.OfType<RewardModelTransformer>().Single(), policies[2]);
    }
}
