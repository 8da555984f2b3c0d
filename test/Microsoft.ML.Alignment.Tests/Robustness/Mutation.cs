using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Tests.Robustness;

/// <summary>Damages bytes as disks, networks and people do: a function of its seed.</summary>
internal sealed class Mutation(int seed)
{
    private static readonly string[] OddValues =
    [
        "null", "true", "false", "0", "-1", "1", "3", "2147483647", "2147483648", "-9223372036854775808", "18446744073709551616", "1e308", "1e999",
        "1e-308", "-0.5", "\"\"", "\"x\"", "\"\\ud800\"", "\"../x\"", "[]", "{}", "[null]", "[[]]", "[1]", "{\"\":1}", "\"\\u0000\"",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Damage anywhere, mostly within the first bytes, where headers are.</summary>
    public byte[] Bytes(byte[] content, int interesting)
    {
        var bytes = content.ToList();
        for (var count = _random.Next(1, 4); count > 0 && bytes.Count > 0; count--)
        {
            var at = _random.Next(_random.Next(4) > 0 ? Math.Min(interesting, bytes.Count) : bytes.Count);
            var length = Math.Min(1 << _random.Next(12), bytes.Count - at);
            switch (_random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
                case 1: bytes[at] = (byte)(_random.Next(2) * 255); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                default:
                    for (var i = 0; i < Math.Min(8, bytes.Count - at); i++)
                        bytes[at + i] = (byte)_random.Next(256);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A JSON text with some of its values exchanged, removed or doubled.</summary>
    public byte[] Json(byte[] content)
    {
        if (_random.Next(4) == 0)
            return Bytes(content, content.Length);
        var root = JsonNode.Parse(content);
        for (var count = _random.Next(1, 3); count > 0; count--)
            root = Changed(root);
        return Encoding.UTF8.GetBytes(root?.ToJsonString() ?? "null").Replace();
    }

    /// <summary>A safetensors file with another header of the right length.</summary>
    public byte[] Safetensors(byte[] content)
    {
        if (_random.Next(3) == 0)
            return Bytes(content, 1 << 12);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(content);
        var header = Json(content[8..(8 + length)]);
        var result = new byte[8 + header.Length + content.Length - 8 - length];
        BinaryPrimitives.WriteInt64LittleEndian(result, header.Length);
        header.CopyTo(result, 8);
        content.AsSpan(8 + length).CopyTo(result.AsSpan(8 + header.Length));
        return result;
    }

    /// <summary>Copies of a JSON text, each with half a surrogate pair in place of one of its values or in one of its keys.</summary>
    public static IEnumerable<byte[]> HalfCharacters(byte[] content, int most)
    {
        for (var index = 0; index < most; index++)
        {
            var root = JsonNode.Parse(content);
            var places = new List<(JsonNode Parent, string? Key, int Index)>();
            Collect(root, places);
            if (index == places.Count)
                yield break;
            var (parent, key, at) = places[index];
            if (key is null)
                parent.AsArray()[at] = MutationText.Mark;
            else
                parent[key] = MutationText.Mark;
            yield return Encoding.UTF8.GetBytes(root!.ToJsonString()).Replace();
            if (key is not null && parent.AsObject().Remove(key))
                parent[$"{key}{MutationText.Mark}"] = 1;
            yield return Encoding.UTF8.GetBytes(root!.ToJsonString()).Replace();
        }
    }

    private JsonNode? Changed(JsonNode? root)
    {
        var places = new List<(JsonNode Parent, string? Key, int Index)>();
        Collect(root, places);
        if (places.Count == 0)
            return Odd();
        // Shallow places decide more, and deep ones are many.
        var (parent, key, index) = places[_random.Next(_random.Next(2) == 0 ? Math.Min(40, places.Count) : places.Count)];
        var removes = _random.Next(5) == 0;
        if (parent is JsonObject value)
        {
            if (removes)
                value.Remove(key!);
            else
                value[key!] = Odd();
        }
        else if (removes)
        {
            parent.AsArray().RemoveAt(index);
        }
        else
        {
            parent.AsArray()[index] = Odd();
        }

        return root;
    }

    private static void Collect(JsonNode? node, List<(JsonNode, string?, int)> places)
    {
        if (node is JsonObject value)
            foreach (var (key, child) in value)
                places.Add((value, key, 0));
        if (node is JsonArray array)
            for (var i = 0; i < array.Count; i++)
                places.Add((array, null, i));
        foreach (var child in node is JsonObject o ? o.Select(p => p.Value) : node is JsonArray a ? a : Enumerable.Empty<JsonNode?>())
            Collect(child, places);
    }

    // What JSON allows and .NET's own texts do not, half a surrogate pair, stands in as a mark until it is written.
    private JsonNode? Odd() => OddValues[_random.Next(OddValues.Length)] is var text && text.Contains("ud800", StringComparison.Ordinal)
        ? JsonValue.Create(MutationText.Mark)
        : JsonNode.Parse(text);
}

/// <summary>Writes what a JSON node cannot hold.</summary>
internal static class MutationText
{
    public const string Mark = "HALF-A-PAIR";

    public static byte[] Replace(this byte[] json) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace(Mark, "\\ud800", StringComparison.Ordinal));
}
