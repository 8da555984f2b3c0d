using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>The reward model of the chain, which reads the ids that the policy wrote. The score is that of the last of them.</summary>
/// <param name="model">The model; borrowed.</param>
/// <param name="plan">How many tokens go in at once.</param>
/// <param name="precision">Precision of the matrix products.</param>
internal sealed class ModelReward(LanguageModel model, BatchPlan plan, Precision precision) : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "reward_model";

    /// <inheritdoc/>
    public Task<IReadOnlyList<double?>> ScoreAsync(IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default)
    {
        var scores = new double?[completions.Count];
        TokenizedExample[] examples = [.. completions.Select(one => new TokenizedExample(one.PromptIds, [one.Ids], []))];
        foreach (var places in MicroBatches.Cut(examples, plan))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            var batch = Collator.Pack([.. places.Select(at => examples[at])]);
            var rewards = model.Rewards(batch.Rows, batch.Targets, new ForwardOptions(precision)).cpu().data<float>().ToArray();
            for (var i = 0; i < rewards.Length; i++)
                scores[places[i]] = rewards[i];
        }

        return Task.FromResult<IReadOnlyList<double?>>(scores);
    }
}
