using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A method that learns from what the policy writes.</summary>
/// <param name="Sampling">How it writes.</param>
/// <param name="Rollouts">What is made of a round.</param>
/// <param name="Objective">What is minimised.</param>
internal sealed record OnPolicyMethod(SamplingSettings Sampling, RolloutSettings Rollouts, IObjective<RolloutBatch> Objective) : IDisposable
{
    /// <summary>Gets the critic; null for a method without one.</summary>
    public Critic? Critic { get; init; }

    /// <summary>Gets the scale of scores. The default leaves them as they are.</summary>
    public ScoreScaling Scaling { get; init; } = ScoreScaling.None;

    /// <summary>Gets what the policy imitates beside; null for nothing.</summary>
    public Imitation? Imitation { get; init; }

    /// <summary>Gets what trains beside the policy.</summary>
    public IReadOnlyList<ParameterGroup> AlsoTrains { get; init; } = [];

    /// <summary>Frees the critic, which is not part of the fitted stage, and the rows that are imitated.</summary>
    public void Dispose()
    {
        Critic?.Model.Dispose();
        Imitation?.Rows.Dispose();
    }
}
