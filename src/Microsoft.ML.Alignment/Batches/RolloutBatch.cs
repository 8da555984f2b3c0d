using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>
/// Completions that a policy sampled, a group a prompt, with what a policy gradient needs to know of each token. All arrays have shape
/// <c>[M]</c>, in the order of the targets.
/// </summary>
[method: SetsRequiredMembers]
internal sealed record RolloutBatch(TokenBatch Packed) : TokenBatch(Packed)
{
    /// <summary>Gets how much better than expected each token was; 0 where <see cref="Trains"/> is.</summary>
    public required float[] Advantages { get; init; } = [];

    /// <summary>Gets 1 where a token is trained on, and 0 where its completion is there for the pass only.</summary>
    public required float[] Trains { get; init; } = [];

    /// <summary>
    /// Gets the log-probabilities under the policy that sampled, in nats; null where that is the policy as it is, so that ratios are 1.
    /// </summary>
    public float[]? OldLogProbs { get; init; }

    /// <summary>Gets the log-probabilities under the reference, in nats; null where nothing compares with it.</summary>
    public float[]? ReferenceLogProbs { get; init; }

    /// <summary>Gets the critic's values when the completions were sampled; null without a critic.</summary>
    public float[]? OldValues { get; init; }

    /// <summary>Gets what the critic is to learn; null without a critic.</summary>
    public float[]? Returns { get; init; }

    /// <summary>Gets what belongs to the same optimizer step and is not in any micro-batch, since it teaches nothing.</summary>
    public LeftOut LeftOut { get; init; }

    /// <summary>Gets whether no step was taken since the completions were sampled.</summary>
    public bool IsFirstStep { get; init; }

    /// <summary>Gets what is reported of the rollout; empty in all but the first micro-batch of a step.</summary>
    public IReadOnlyDictionary<string, double> Report { get; init; } = new Dictionary<string, double>();
}

/// <summary>Completions of an optimizer step that no pass is spent on, and which its averages count.</summary>
/// <param name="Completions">How many.</param>
/// <param name="Tokens">Their tokens.</param>
internal readonly record struct LeftOut(int Completions, int Tokens);
