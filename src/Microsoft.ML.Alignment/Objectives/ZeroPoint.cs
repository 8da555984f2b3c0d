using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Outcomes are compared with the reference policy itself, whose implicit rewards are 0.</summary>
internal sealed class ZeroPoint(Device device) : IReferencePoint
{
    /// <inheritdoc/>
    public string? MetricName => null;

    /// <inheritdoc/>
    public Tensor Of(IReadOnlyList<TokenBatch> step) => zeros([], ScalarType.Float32, device);
}
