using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes the <c>rope_parameters</c> that say what the metadata and tensors of a GGUF file say of the rotary embedding.</summary>
/// <param name="file">The file.</param>
/// <param name="settings">Its metadata.</param>
/// <param name="prefix">What the keys of its architecture begin with.</param>
internal sealed class GgufRotary(IGgufContents file, GgufSettings settings, string prefix)
{
    public const string ShortFactors = "rope_factors_short.weight";
    public const string LongFactors = "rope_factors_long.weight";
    private const string Type = "rope.scaling.type";
    private const string Original = "rope.scaling.original_context_length";
    private const string DefaultTheta = "10000.0";

    /// <summary>Gets the tensors that belong to the rotary embedding.</summary>
    public static IReadOnlyCollection<string> Tensors { get; } = [GgufRotaryFactors.Name, ShortFactors, LongFactors];

    /// <summary>The parameters.</summary>
    /// <param name="headSize">The width of a head.</param>
    /// <param name="turnsPartOfHeads">Whether a part of each head may stay as it is.</param>
    /// <exception cref="NotSupportedException">A scaling that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A value that is missing.</exception>
    public JsonObject Parameters(int headSize, bool turnsPartOfHeads)
    {
        var theta = settings.FindPositive(prefix + "rope.freq_base") ?? DefaultTheta;
        var parameters = Scaled(theta, headSize);
        if (!turnsPartOfHeads)
            settings.AllowOnly(prefix + "rope.dimension_count", headSize);
        else if (settings.FindCount(prefix + "rope.dimension_count") is { } turning && turning != headSize)
            parameters["partial_rotary_factor"] = (double)turning / headSize;
        return parameters;
    }

    private JsonObject Scaled(string theta, int headSize)
    {
        var type = settings.FindText(prefix + Type) ?? "none";
        var original = settings.FindCount(prefix + Original);
        var parameters = new JsonObject { ["rope_theta"] = JsonNode.Parse(theta), ["rope_type"] = type };
        if (file.Names.Contains(ShortFactors) || file.Names.Contains(LongFactors))
            return LongRope(parameters, original);
        switch (type)
        {
            case "none":
                return GgufRotaryFactors.Parameters(file, theta, headSize, original);
            case "linear":
                parameters["factor"] = Factor();
                return parameters;
            case "yarn":
                parameters["factor"] = Factor();
                if (original is not null)
                    parameters[RotaryConfigReader.OriginalPositions] = original;
                return parameters;
            default:
                throw new NotSupportedException(
                    $"'{file.Path}': {prefix}{Type} is '{type}'; implemented are 'none', 'linear', 'yarn', and LongRoPE by its tensors.");
        }
    }

    private JsonObject LongRope(JsonObject parameters, int? original)
    {
        parameters["rope_type"] = "longrope";
        parameters["short_factor"] = Factors(ShortFactors);
        parameters["long_factor"] = Factors(LongFactors);
        if (original is not null)
            parameters[RotaryConfigReader.OriginalPositions] = original;
        if (settings.FindPositive(prefix + "rope.scaling.attn_factor") is { } factor)
            parameters["attention_factor"] = JsonNode.Parse(factor);
        return parameters;
    }

    private JsonNode Factor() => JsonNode.Parse(settings.FindPositive(prefix + "rope.scaling.factor") ?? throw new InvalidDataException(
        $"'{file.Path}' has no '{prefix}rope.scaling.factor', which its scaling needs."))!;

    private JsonArray Factors(string name) => file.Names.Contains(name)
        ? [.. ComputedTensor.ValuesOf(file.Tensor(name)).Select(factor => JsonNode.Parse(factor.ToString("R", CultureInfo.InvariantCulture)))]
        : throw new InvalidDataException($"'{file.Path}' has no tensor '{name}', which LongRoPE needs.");
}
