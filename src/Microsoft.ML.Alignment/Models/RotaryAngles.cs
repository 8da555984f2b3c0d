using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The cosines and sines by which the heads of some layers turn.</summary>
/// <param name="config">The embedding.</param>
/// <param name="headSize">Width of a head, d.</param>
/// <param name="device">Where the network lives.</param>
internal sealed class RotaryAngles(RotaryConfig config, int headSize, Device device) : IDisposable
{
    private readonly Tensor _frequencies = tensor(config.Frequencies(headSize), device: device).DetachFromDisposeScope(); // [r / 2]

    /// <summary>Cosines and sines of the rows' angles, both halves of what turns alike. Shape <c>[N, 1, r]</c>.</summary>
    /// <param name="positions">Each token's position in its sequence. Shape <c>[N]</c>.</param>
    /// <param name="type">Type of the results.</param>
    public (Tensor Cos, Tensor Sin) Turn(Tensor positions, ScalarType type)
    {
        var wide = positions.to_type(ScalarType.Float32);
        var frequencies = config.Scaling?.ForLength(_frequencies, wide) ?? _frequencies;
        var half = wide.unsqueeze(1) * frequencies; // [N, r / 2]
        var angles = cat([half, half], -1).unsqueeze(1); // [N, 1, r]
        return (Scaled(angles.cos()).to_type(type), Scaled(angles.sin()).to_type(type));
    }

    /// <summary>Frees the frequencies.</summary>
    public void Dispose() => _frequencies.Dispose();

    private Tensor Scaled(Tensor values) => config.Scaling is { Amplitude: not 1 and var amplitude } ? values.TimesInPlace(amplitude) : values;
}
