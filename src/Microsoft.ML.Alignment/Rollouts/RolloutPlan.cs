using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>How prompts are dealt out to rounds of sampling, and a round to optimizer steps.</summary>
/// <param name="Prompts">Prompts there are.</param>
/// <param name="Steps">Prompts of an optimizer step, the order of each epoch, and how a step is cut into passes.</param>
/// <param name="MiniBatches">Optimizer steps of one pass over a round.</param>
/// <param name="Passes">Passes over a round.</param>
internal sealed record RolloutPlan(int Prompts, BatchPlan Steps, int MiniBatches, int Passes)
{
    private readonly StepOrder _rounds = new(Prompts, new(checked(Steps.BatchSize * MiniBatches), 1, Steps.Seed, Steps.Shuffle));

    /// <summary>Gets the optimizer steps of one epoch. The last round of an epoch may be short.</summary>
    public int StepsPerEpoch => checked((int)(Passes * (((long)Prompts + Steps.BatchSize - 1) / Steps.BatchSize)));

    /// <summary>Gets whether a round is more than one optimizer step, so that the policy moves away from the one that sampled.</summary>
    public bool Moves => Passes * MiniBatches > 1;

    private int StepsPerRound => Passes * MiniBatches;

    /// <summary>Where an optimizer step lies.</summary>
    /// <param name="step">From 0.</param>
    public RolloutPlace PlaceOf(long step)
    {
        var (epoch, inEpoch) = Math.DivRem(step, StepsPerEpoch);
        var round = inEpoch / StepsPerRound;
        var inRound = inEpoch - (round * StepsPerRound);
        var batches = BatchesOf(PromptsOf(round));
        return new((epoch * _rounds.StepsPerEpoch) + round, (int)(inRound / batches), (int)(inRound % batches));
    }

    /// <summary>The first optimizer step of the round that follows the one in which a step lies.</summary>
    /// <param name="step">From 0.</param>
    public long NextRound(long step)
    {
        var (epoch, inEpoch) = Math.DivRem(step, StepsPerEpoch);
        var next = ((inEpoch / StepsPerRound) + 1) * StepsPerRound;
        return (epoch * StepsPerEpoch) + Math.Min(next, StepsPerEpoch);
    }

    /// <summary>The prompts of a round, by their index.</summary>
    public int[] PromptsOfRound(long round) => _rounds.From(round).First().Rows;

    /// <summary>The places in a round of the prompts of each optimizer step of a pass: another order each pass.</summary>
    /// <param name="round">The round.</param>
    /// <param name="pass">The pass, from 0.</param>
    public int[][] Pass(long round, int pass)
    {
        var count = PromptsOf(round % _rounds.StepsPerEpoch);
        var order = MiniBatches == 1 ? [.. Enumerable.Range(0, count)] : Permutation.Of(count, Steps.Seed, checked((int)(round * Passes) + pass + 1));
        return [.. order.Chunk(Steps.BatchSize)];
    }

    private int PromptsOf(long roundOfEpoch) =>
        (int)Math.Min((long)Steps.BatchSize * MiniBatches, Prompts - (roundOfEpoch * Steps.BatchSize * MiniBatches));

    private int BatchesOf(int prompts) => (prompts + Steps.BatchSize - 1) / Steps.BatchSize;
}

/// <summary>Where an optimizer step lies.</summary>
/// <param name="Round">The round of sampling, from 0.</param>
/// <param name="Pass">The pass over the round, from 0.</param>
/// <param name="Batch">The optimizer step in the pass, from 0.</param>
internal readonly record struct RolloutPlace(long Round, int Pass, int Batch)
{
    /// <summary>Gets whether it is the first of its round.</summary>
    public bool IsFirst => Pass == 0 && Batch == 0;
}
