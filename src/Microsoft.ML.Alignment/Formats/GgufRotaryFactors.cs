using System.Globalization;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// Llama 3's scaling of the rotary frequencies. Its configuration has four numbers; GGUF holds what follows from them, a factor for each
/// pair of a head, from which the four are recovered and checked.
/// </summary>
internal static class GgufRotaryFactors
{
    public const string Name = "rope_freqs.weight";
    private const double LowFrequencyFactor = 1;
    private const double HighFrequencyFactor = 4;
    private const int UsualPositions = 8192;
    private const double Tolerance = 1e-4;

    /// <summary>The <c>rope_parameters</c> of a configuration.</summary>
    /// <param name="file">The file.</param>
    /// <param name="theta">The base of the frequencies, as text.</param>
    /// <param name="headSize">The width of a head.</param>
    /// <param name="named">The original positions, where the file names them.</param>
    /// <exception cref="NotSupportedException">Factors that are not Llama 3's.</exception>
    public static JsonObject Parameters(IGgufContents file, string theta, int headSize, int? named)
    {
        var parameters = new JsonObject { ["rope_theta"] = JsonNode.Parse(theta), ["rope_type"] = "default" };
        if (!file.Names.Contains(Name))
            return parameters;
        var factors = ComputedTensor.ValuesOf(file.Tensor(Name));
        var (largest, original) = (factors.Max(), named ?? UsualPositions);
        if (factors.Length != headSize / 2 || !IsLlama3(factors, original, double.Parse(theta, CultureInfo.InvariantCulture)))
            throw new NotSupportedException(
                $"'{file.Path}': the {factors.Length} factors of '{Name}' are not those of Llama 3 (low {LowFrequencyFactor}, " +
                $"high {HighFrequencyFactor}, {original} original positions, heads of {headSize}), which are implemented.");
        parameters["factor"] = largest;
        parameters["high_freq_factor"] = HighFrequencyFactor;
        parameters["low_freq_factor"] = LowFrequencyFactor;
        parameters["original_max_position_embeddings"] = original;
        parameters["rope_type"] = "llama3";
        return parameters;
    }

    private static bool IsLlama3(float[] factors, int original, double theta)
    {
        double largest = factors.Max();
        return factors.Select((factor, pair) =>
        {
            var wavelength = 2 * Math.PI * Math.Pow(theta, (double)pair / factors.Length);
            var smooth = Math.Clamp((original / wavelength - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
            var expected = 1 / ((1 - smooth) / largest + smooth);
            return Math.Abs(factor - expected) <= Tolerance * expected;
        }).All(fits => fits);
    }
}
