using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>All that distinguishes one method's training from another's.</summary>
/// <param name="Source">Serves the optimizer steps.</param>
/// <param name="Objective">What is minimised.</param>
internal sealed record StagePlan<TBatch>(IBatchSource<TBatch> Source, IObjective<TBatch> Objective)
    where TBatch : ITrainingBatch
{
    /// <summary>Gets what trains beside the stage's model, e.g. a critic.</summary>
    public IReadOnlyList<ParameterGroup> AlsoTrains { get; init; } = [];

    /// <summary>Gets what is measured now and then; null for nothing.</summary>
    public IValidation? Validation { get; init; }

    /// <summary>Gets what changes beside weights: a reference that follows, a running mean, rollouts.</summary>
    public IReadOnlyList<ITrainingState> States { get; init; } = [];

    /// <summary>Gets what the result is a function of beside options, rows and the model that came in; computed where a workspace keeps it.</summary>
    public IReadOnlyList<RunFact> Facts { get; init; } = [];

    /// <summary>Gets what to say before training, beside the summary; lines of the log.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Gets what a method that samples holds in memory beside; null, the default, for one that does not.</summary>
    public SamplingMemory? Sampling { get; init; }

    /// <summary>Gets what tells of the completions that the policy writes to learn from; null for a method that does not sample.</summary>
    public ISampledSteps? Sampled { get; init; }

    /// <summary>Gets how often the tokens of a row are in a pass. The default is 1.</summary>
    public int PassesOfRow { get; init; } = 1;
}

/// <summary>Something that a run's result is a function of.</summary>
/// <param name="Name">Its name in errors.</param>
/// <param name="Value">Says what it is, e.g. by a hash.</param>
internal sealed record RunFact(string Name, Func<string> Value);
