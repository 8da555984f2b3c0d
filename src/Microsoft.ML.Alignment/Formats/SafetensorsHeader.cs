using System.Buffers.Binary;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">The format's name of its type, e.g. <c>BF16</c>.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Start">Offset in the file.</param>
/// <param name="ByteLength">Number of bytes.</param>
internal sealed record SafetensorsEntry(string Name, string Dtype, long[] Shape, long Start, long ByteLength);

/// <summary>Reads and checks the header of a safetensors file: its length, then JSON that says what lies where.</summary>
internal sealed class SafetensorsHeader
{
    public const int LengthBytes = 8;
    public const string MetadataKey = "__metadata__";
    private const int MaxJsonBytes = 100_000_000;

    private static readonly Dictionary<string, int> ItemSizes = new()
    {
        ["F64"] = 8, ["F32"] = 4, ["F16"] = 2, ["BF16"] = 2, ["I64"] = 8, ["I32"] = 4, ["I16"] = 2, ["I8"] = 1,
        ["U64"] = 8, ["U32"] = 4, ["U16"] = 2, ["U8"] = 1, ["BOOL"] = 1, ["F8_E4M3"] = 1, ["F8_E5M2"] = 1,
    };

    private readonly FileBytes _file;
    private readonly long _dataStart;

    private SafetensorsHeader(FileBytes file, long dataStart) => (_file, _dataStart) = (file, dataStart);

    /// <summary>Reads the header; every byte behind it must belong to exactly one tensor.</summary>
    /// <returns>The tensors in the order of their bytes.</returns>
    /// <exception cref="InvalidDataException">A header that is damaged, or does not fit the file.</exception>
    public static IReadOnlyList<SafetensorsEntry> Read(FileBytes file)
    {
        if (file.Length < LengthBytes)
            throw Invalid(file, $"has {file.Length} bytes; a safetensors file has at least {LengthBytes}");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        file.Read(0, prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxJsonBytes || length > (ulong)(file.Length - LengthBytes))
            throw Invalid(file,
                $"announces a header of {length} bytes; allowed are at most {Math.Min(MaxJsonBytes, file.Length - LengthBytes)} in a file of " +
                $"{file.Length}");
        var json = new byte[length];
        file.Read(LengthBytes, json);
        return new SafetensorsHeader(file, LengthBytes + (long)length).Parse(json);
    }

    private List<SafetensorsEntry> Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Invalid(_file, $"has {document.RootElement.ValueKind} as its header; it must be a JSON object");
            var entries = document.RootElement.EnumerateObject().Where(p => p.Name != MetadataKey).Select(ParseEntry).ToList();
            RequireDistinct(entries);
            entries.Sort((a, b) => (a.Start, a.ByteLength).CompareTo((b.Start, b.ByteLength)));
            RequireSeamless(entries);
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"'{_file.Path}' has a header that is not valid JSON: {e.Message} The file is damaged: get it again.", e);
        }
    }

    private SafetensorsEntry ParseEntry(JsonProperty property)
    {
        var name = property.Name;
        var dtype = Member(name, property.Value, "dtype", JsonValueKind.String).GetString()!;
        if (!ItemSizes.TryGetValue(dtype, out var itemSize))
            throw Invalid(_file, $"holds tensor '{name}' of dtype '{dtype}'; known are {string.Join(", ", ItemSizes.Keys)}");
        var shape = Numbers(name, property.Value, "shape");
        var offsets = Numbers(name, property.Value, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > _file.Length - _dataStart)
            throw Invalid(_file,
                $"places tensor '{name}' at [{string.Join(", ", offsets)}]; allowed are a begin and an end within the " +
                $"{_file.Length - _dataStart} bytes behind the header");
        if (ByteCount(shape, itemSize) != offsets[1] - offsets[0])
            throw Invalid(_file,
                $"gives tensor '{name}' {offsets[1] - offsets[0]} bytes, which are not those of {dtype} [{string.Join(", ", shape)}]");
        return new(name, dtype, shape, _dataStart + offsets[0], offsets[1] - offsets[0]);
    }

    private JsonElement Member(string name, JsonElement entry, string key, JsonValueKind kind) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(key, out var value) && value.ValueKind == kind
            ? value
            : throw Invalid(_file, $"describes tensor '{name}' without '{key}' as {kind}");

    private long[] Numbers(string name, JsonElement entry, string key)
    {
        var array = Member(name, entry, key, JsonValueKind.Array);
        return [.. array.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out var number) && number >= 0
            ? number
            : throw Invalid(_file, $"describes tensor '{name}' with {key} {e.GetRawText()}; allowed are whole numbers of 0 or more"))];
    }

    /// <summary>The bytes of a shape; null if a long cannot count them.</summary>
    private static long? ByteCount(long[] shape, int itemSize)
    {
        var count = (Int128)itemSize;
        foreach (var size in shape)
        {
            count *= size;
            if (count > long.MaxValue)
                return null;
        }

        return (long)count;
    }

    private void RequireDistinct(List<SafetensorsEntry> entries)
    {
        var names = new HashSet<string>();
        if (entries.FirstOrDefault(e => !names.Add(e.Name)) is { } twice)
            throw Invalid(_file, $"describes tensor '{twice.Name}' twice");
    }

    private void RequireSeamless(List<SafetensorsEntry> entries)
    {
        var end = _dataStart;
        foreach (var entry in entries)
        {
            if (entry.Start != end)
            {
                var fault = entry.Start < end ? "overlaps another tensor with" : "has bytes of no tensor before";
                throw Invalid(_file, $"{fault} '{entry.Name}' at byte {entry.Start - _dataStart}; expected is {end - _dataStart}");
            }


            end += entry.ByteLength;
        }

        if (end != _file.Length)
            throw Invalid(_file, $"has {_file.Length - end} bytes behind its last tensor that belong to none");
    }

    private static InvalidDataException Invalid(FileBytes file, string what) => new(
        $"'{file.Path}' {what}. The file is damaged or not a safetensors file: get it again.");
}
