using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Rotary position embedding (Su et al., 2021, arXiv:2104.09864): pair i of a head turns by position · frequency i.</summary>
/// <param name="Theta">Base of the frequencies Theta^(-2i/r).</param>
/// <param name="Scaling">How frequencies are changed for longer texts; null if they are not.</param>
/// <param name="Share">The share of a head that turns, r / d; the rest stays. In (0, 1]; the default is 1.</param>
internal sealed record RotaryConfig(double Theta, RotaryScaling? Scaling = null, double Share = 1)
{
    /// <summary>The number of dimensions of a head that turn, r; even.</summary>
    /// <param name="headSize">Width of a head, d.</param>
    public int Width(int headSize) => (int)((headSize * Share) + 1e-6); // a share may be a rounded quotient

    /// <summary>The frequencies, in radians a position. Shape <c>[r / 2]</c>.</summary>
    /// <param name="headSize">Width of a head, d; even.</param>
    public float[] Frequencies(int headSize)
    {
        var width = Width(headSize);
        var frequencies = new float[width / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = Math.Pow(Theta, -2.0 * i / width);
            frequencies[i] = (float)(Scaling?.Scale(frequency, new(i, width, Theta)) ?? frequency);
        }

        return frequencies;
    }
}

/// <summary>A pair of dimensions that turn together.</summary>
/// <param name="Index">Which pair, i.</param>
/// <param name="Width">The number of dimensions that turn, r.</param>
/// <param name="Theta">Base of the frequencies.</param>
internal readonly record struct RotaryPair(int Index, int Width, double Theta);

/// <summary>How the frequencies of a rotary embedding are changed, so that a model reads longer texts than it was first trained on.</summary>
internal abstract record RotaryScaling
{
    /// <summary>Gets what queries and keys are multiplied by as they turn. The default is 1.</summary>
    public virtual double Amplitude => 1;

    /// <summary>The scaled frequency of a pair.</summary>
    public abstract double Scale(double frequency, RotaryPair pair);

    /// <summary>The frequencies for texts of a length; those of most kinds do not depend on it.</summary>
    /// <param name="frequencies">As <see cref="Scale"/> gives them. Shape <c>[r / 2]</c>.</param>
    /// <param name="positions">Each token's position in its text, float32; the longest text counts. Shape <c>[N]</c>.</param>
    public virtual Tensor ForLength(Tensor frequencies, Tensor positions) => frequencies;

    /// <summary>The number of positions of the longest text. Shape <c>[]</c>.</summary>
    protected static Tensor LongestOf(Tensor positions) => positions.max().Plus(1);
}

/// <summary>Llama 3's scaling: short waves stay, long ones are stretched by a factor, those between are blended.</summary>
/// <param name="Factor">What long waves are stretched by.</param>
/// <param name="LowFrequencyFactor">Waves longer than the original length over this are stretched wholly.</param>
/// <param name="HighFrequencyFactor">Waves shorter than the original length over this stay as they are.</param>
/// <param name="OriginalPositions">Positions the model was first trained for.</param>
internal sealed record Llama3RotaryScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalPositions)
    : RotaryScaling
{
    /// <inheritdoc/>
    public override double Scale(double frequency, RotaryPair pair)
    {
        var wavesInOriginal = OriginalPositions * frequency / (2 * Math.PI);
        var kept = (wavesInOriginal - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        kept = Math.Clamp(kept, 0, 1);
        return kept * frequency + (1 - kept) * frequency / Factor;
    }
}

/// <summary>All waves are stretched alike (Chen et al., 2023, arXiv:2306.15595).</summary>
/// <param name="Factor">What they are stretched by.</param>
internal sealed record LinearRotaryScaling(double Factor) : RotaryScaling
{
    /// <inheritdoc/>
    public override double Scale(double frequency, RotaryPair pair) => frequency / Factor;
}

/// <summary>Texts beyond the original length stretch long waves, the more the longer they are ("dynamic NTK").</summary>
/// <param name="Factor">How strongly.</param>
/// <param name="OriginalPositions">Positions up to which nothing is stretched.</param>
internal sealed record DynamicRotaryScaling(double Factor, int OriginalPositions) : RotaryScaling
{
    /// <inheritdoc/>
    public override double Scale(double frequency, RotaryPair pair) => frequency;

    /// <inheritdoc/>
    /// <remarks>Theta grows by s^(r / (r - 2)) with s = 1 + Factor · (length / original - 1), so frequency i falls by s^(-2i / (r - 2)).</remarks>
    public override Tensor ForLength(Tensor frequencies, Tensor positions)
    {
        var pairs = (int)frequencies.shape[0];
        var stretch = LongestOf(positions).Over(OriginalPositions).MinusInPlace(1).TimesInPlace(Factor).PlusInPlace(1).AtLeast(1);
        var exponents = Enumerable.Range(0, pairs).Select(pair => -(float)pair / Math.Max(1, pairs - 1)).ToArray();
        return frequencies * stretch.pow(tensor(exponents, device: frequencies.device));
    }
}

/// <summary>YaRN (Peng et al., 2023, arXiv:2309.00071): waves that turn often stay, those that turn seldom are stretched.</summary>
/// <param name="Factor">What long waves are stretched by.</param>
/// <param name="OriginalPositions">Positions the model was first trained for.</param>
/// <param name="FastTurns">Pairs that turn more often than this in the original length stay.</param>
/// <param name="SlowTurns">Pairs that turn less often than this are stretched wholly.</param>
/// <param name="RoundsRange">Whether the pairs between which waves are blended are whole ones.</param>
/// <param name="AttentionFactor">What queries and keys are multiplied by.</param>
internal sealed record YarnRotaryScaling(
    double Factor, int OriginalPositions, double FastTurns, double SlowTurns, bool RoundsRange, double AttentionFactor) : RotaryScaling
{
    /// <inheritdoc/>
    public override double Amplitude => AttentionFactor;

    /// <summary>What YaRN proposes to multiply queries and keys by (eq. 22).</summary>
    public static double DefaultAttentionFactor(double factor, double share = 1) => factor <= 1 ? 1 : (0.1 * share * Math.Log(factor)) + 1;

    /// <inheritdoc/>
    public override double Scale(double frequency, RotaryPair pair)
    {
        var (low, high) = (PairTurning(FastTurns, pair), PairTurning(SlowTurns, pair));
        if (RoundsRange)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, pair.Width - 1));
        if (low == high)
            high += 0.001;
        var stretched = Math.Clamp((pair.Index - low) / (high - low), 0, 1);
        return (stretched * frequency / Factor) + ((1 - stretched) * frequency);
    }

    // The pair, as a fraction, that turns so often in the original length.
    private double PairTurning(double turns, RotaryPair pair) =>
        pair.Width * Math.Log(OriginalPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(pair.Theta));
}

/// <summary>
/// LongRoPE (Ding et al., 2024, arXiv:2402.13753), as Phi-3 has it: a factor for each pair, one list for texts up to the original length and
/// one for longer ones.
/// </summary>
/// <param name="ShortFactors">Up to the original length.</param>
/// <param name="LongFactors">Beyond it.</param>
/// <param name="OriginalPositions">Positions the model was first trained for.</param>
/// <param name="AttentionFactor">What queries and keys are multiplied by.</param>
internal sealed record LongRotaryScaling(
    IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalPositions, double AttentionFactor) : RotaryScaling
{
    /// <inheritdoc/>
    public override double Amplitude => AttentionFactor;

    /// <summary>What queries and keys are multiplied by where the file does not say it.</summary>
    public static double DefaultAttentionFactor(double factor, int originalPositions) =>
        factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(originalPositions)));

    /// <inheritdoc/>
    public override double Scale(double frequency, RotaryPair pair) => frequency / ShortFactors[pair.Index];

    /// <inheritdoc/>
    public override Tensor ForLength(Tensor frequencies, Tensor positions)
    {
        var ratios = tensor(ShortFactors.Zip(LongFactors, (ofShort, ofLong) => (float)(ofShort / ofLong)).ToArray(), device: frequencies.device);
        return where(LongestOf(positions).IsAbove(OriginalPositions), frequencies * ratios, frequencies);
    }

    /// <inheritdoc/>
    public bool Equals(LongRotaryScaling? other) =>
        other is not null && ShortFactors.SequenceEqual(other.ShortFactors) && LongFactors.SequenceEqual(other.LongFactors)
        && (OriginalPositions, AttentionFactor) == (other.OriginalPositions, other.AttentionFactor);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ShortFactors.Count, OriginalPositions, AttentionFactor);
}
