using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// BCO's reward shift: halfway between the mean rewards of desirable and undesirable completions, each over all that were trained on before
/// the step (Jung et al., 2024, arXiv:2404.04656). It begins at 0, which both means are while the policy is the reference.
/// </summary>
internal sealed class RunningMidpoint(Device device) : IReferencePoint, IStepHook
{
    private readonly Tensor _means = zeros(2, ScalarType.Float32, device).DetachFromDisposeScope(); // desirable, undesirable
    private readonly Tensor _counts = zeros(2, ScalarType.Float32, device).DetachFromDisposeScope();

    /// <inheritdoc/>
    public string MetricName => "delta";

    /// <inheritdoc/>
    public Tensor Of(IReadOnlyList<TokenBatch> step) => _means.mean();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor> { ["means"] = _means, ["counts"] = _counts };

    /// <summary>Does nothing: each micro-batch was taken in as it was trained on.</summary>
    public void Stepped(int step)
    {
    }

    /// <inheritdoc/>
    public void Observe(LabelledValues rewards)
    {
        using var scope = NewDisposeScope();
        var desirable = rewards.IsDesirable.sum().to_type(ScalarType.Float32);
        var counts = stack([desirable, desirable.neg().Plus(rewards.Values.shape[0])]); // [2]
        var sums = stack([rewards.DesirableSum(), rewards.UndesirableSum()]); // [2]
        _counts.PlusInPlace(counts);
        _means.PlusInPlace((sums - (counts * _means)) / _counts.AtLeast(1));
    }
}
