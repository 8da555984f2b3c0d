using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// BCO's reward shift: halfway between the mean rewards of desirable and undesirable completions, each over all that were trained on before
/// the step (Jung et al., 2024, arXiv:2404.04656). It begins at 0, which both means are while the policy is the reference.
/// </summary>
internal sealed class RunningMidpoint : IReferencePoint<FeedbackBatch>, ITrainingState
{
    private readonly Tensor _means; // desirable, undesirable
    private readonly Tensor _counts;
    private readonly List<Tensor> _observed = []; // counts, then sums, of each micro-batch of the step. Shape [4]
    private ICollective _all = Alone.Instance;

    public RunningMidpoint(Device device) => (_means, _counts) = (Fresh(device), Fresh(device));

    /// <inheritdoc/>
    public string MetricName => "delta";

    /// <inheritdoc/>
    public Func<FeedbackBatch, (Tensor LogProbs, Tensor Point)> Begin(
        IReadOnlyList<FeedbackBatch> step, ReferencedPolicy models, ICollective all)
    {
        _all = all;
        var point = _means.mean();
        return batch => (models.TrainingLogProbs(batch), point);
    }

    /// <inheritdoc/>
    public void Observe(LabelledValues rewards)
    {
        using var scope = NewDisposeScope();
        var desirable = rewards.IsDesirable.sum().to_type(ScalarType.Float32);
        var counts = stack([desirable, desirable.neg().Plus(rewards.Values.shape[0])]); // [2]
        var sums = stack([rewards.DesirableSum(), rewards.UndesirableSum()]); // [2]
        _observed.Add(stack([counts, sums]).DetachFromDisposeScope());
    }

    /// <summary>Takes in what the step's micro-batches came to, on all ranks.</summary>
    public void Stepped(int step)
    {
        using var scope = NewDisposeScope();
        foreach (var ofRank in _all.Gather(_observed.Count > 0 ? stack(_observed) : zeros(0, 2, 2))) // [micro-batches, 2, 2]
            foreach (var ofBatch in ofRank.unbind(0))
                TakeIn(ofBatch[0], ofBatch[1]);
        _observed.ForEach(observed => observed.Dispose());
        _observed.Clear();
    }

    /// <inheritdoc/>
    public void Save(IStateWriter writer)
    {
        writer.WriteTensor("means", _means);
        writer.WriteTensor("counts", _counts);
    }

    /// <inheritdoc/>
    public void Restore(IStateReader reader)
    {
        _means.copy_(reader.ReadTensor("means"));
        _counts.copy_(reader.ReadTensor("counts"));
    }

    private void TakeIn(Tensor counts, Tensor sums)
    {
        _counts.PlusInPlace(counts);
        _means.PlusInPlace((sums - (counts * _means)) / _counts.AtLeast(1));
    }

    private static Tensor Fresh(Device device) => zeros(2, ScalarType.Float32, device).DetachFromDisposeScope();
}
