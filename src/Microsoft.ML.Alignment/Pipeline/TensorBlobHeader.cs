using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>One tensor as the header of a <see cref="TensorBlob"/> describes it.</summary>
internal readonly record struct TensorBlobEntry(string Name, TensorEncoding Encoding, long[] Shape, long ByteLength);

/// <summary>
/// The JSON header of a <see cref="TensorBlob"/>: <c>{"name": {"dtype": …, "shape": […], "data_offsets": [from, to]}}</c>.
/// </summary>
internal static class TensorBlobHeader
{
    private const int Alignment = 8;

    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>Writes the header of tensors whose data follow in this order.</summary>
    public static byte[] Of(IReadOnlyList<StoredTensor> tensors)
    {
        var header = new JsonObject();
        long offset = 0;
        foreach (var tensor in tensors)
        {
            header.Add(tensor.Name, new JsonObject
            {
                ["dtype"] = tensor.Encoding.ToString(),
                ["shape"] = new JsonArray([.. tensor.Shape.Select(d => JsonValue.Create(d))]),
                ["data_offsets"] = new JsonArray(offset, offset + tensor.ByteLength),
            });
            offset += tensor.ByteLength;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = new byte[(json.Length + Alignment - 1) / Alignment * Alignment];
        padded.AsSpan().Fill((byte)' ');
        json.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>Reads a header, in data order.</summary>
    /// <param name="header">The JSON.</param>
    /// <param name="dataLength">Bytes behind the header, all of which the tensors must cover.</param>
    /// <exception cref="JsonException">It is no JSON of this form.</exception>
    /// <exception cref="InvalidDataException">Tensors that do not fit their shapes or the data.</exception>
    public static IReadOnlyList<TensorBlobEntry> Parse(byte[] header, long dataLength)
    {
        var described = JsonSerializer.Deserialize<Dictionary<string, Description?>>(header, Strict);
        if (described is null || described.ContainsValue(null))
            throw new JsonException("the header, or a tensor in it, is null.");
        var entries = new List<TensorBlobEntry>();
        long offset = 0;
        foreach (var (name, description) in described.OrderBy(d => d.Value!.From))
        {
            if (description!.From != offset)
                throw new InvalidDataException($"tensor '{name}' begins at {description.From}, the one before ends at {offset}.");
            entries.Add(Check(name, description));
            offset += entries[^1].ByteLength;
        }

        return offset == dataLength ? entries : throw new InvalidDataException($"its tensors take {offset} bytes, {dataLength} are there.");
    }

    private static TensorBlobEntry Check(string name, Description description)
    {
        if (!Enum.TryParse<TensorEncoding>(description.Encoding, out var encoding))
            throw new InvalidDataException(
                $"tensor '{name}' has the encoding '{description.Encoding}'; known are {string.Join(", ", Enum.GetNames<TensorEncoding>())}.");
        var length = description.To - description.From;
        var expected = BytesOf(name, encoding, description.Shape);
        return length == expected
            ? new(name, encoding, description.Shape, length)
            : throw new InvalidDataException(
                $"tensor '{name}' has {length} bytes, its shape [{string.Join(", ", description.Shape)}] takes {expected}.");
    }

    private static long BytesOf(string name, TensorEncoding encoding, long[] shape)
    {
        try
        {
            var count = shape.Aggregate(1L, (product, d) => d >= 0 ? checked(product * d) : throw new OverflowException());
            return BlockQuantization.BytesOf(encoding, count);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"tensor '{name}' cannot have the shape [{string.Join(", ", shape)}] in {encoding}.", e);
        }
    }

    private sealed record Description(
        [property: JsonPropertyName("dtype")] string Encoding,
        [property: JsonPropertyName("shape")] long[] Shape,
        [property: JsonPropertyName("data_offsets")] long[] Offsets)
    {
        public long From => Offsets.Length == 2 ? Offsets[0] : throw new JsonException($"'data_offsets' has {Offsets.Length} numbers; it has two.");

        public long To => Offsets[1];
    }
}
