namespace Microsoft.ML.Alignment.Models;

/// <summary>Rotary position embedding (Su et al., 2021, arXiv:2104.09864): pair i of a head turns by position · frequency i.</summary>
/// <param name="Theta">Base of the frequencies Theta^(-2i/d).</param>
/// <param name="Scaling">How low frequencies are stretched for longer texts; null if they are not.</param>
internal sealed record RotaryConfig(double Theta, Llama3RotaryScaling? Scaling)
{
    /// <summary>The frequencies, in radians a position. Shape <c>[d / 2]</c>.</summary>
    /// <param name="headSize">Width of a head, d; even.</param>
    public float[] Frequencies(int headSize)
    {
        var frequencies = new float[headSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = Math.Pow(Theta, -2.0 * i / headSize);
            frequencies[i] = (float)(Scaling?.Scale(frequency) ?? frequency);
        }

        return frequencies;
    }
}

/// <summary>Llama 3's scaling: short waves stay, long ones are stretched by a factor, those between are blended.</summary>
/// <param name="Factor">What long waves are stretched by.</param>
/// <param name="LowFrequencyFactor">Waves longer than the original length over this are stretched wholly.</param>
/// <param name="HighFrequencyFactor">Waves shorter than the original length over this stay as they are.</param>
/// <param name="OriginalPositions">Positions the model was first trained for.</param>
internal sealed record Llama3RotaryScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalPositions)
{
    /// <summary>The scaled frequency.</summary>
    public double Scale(double frequency)
    {
        var wavesInOriginal = OriginalPositions * frequency / (2 * Math.PI);
        var kept = (wavesInOriginal - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        kept = Math.Clamp(kept, 0, 1);
        return kept * frequency + (1 - kept) * frequency / Factor;
    }
}
