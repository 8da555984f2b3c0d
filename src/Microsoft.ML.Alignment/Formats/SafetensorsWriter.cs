using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes safetensors files, one tensor at a time, of any size.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes a file under a temporary name and renames it.</summary>
    /// <exception cref="ArgumentException">Two tensors of one name, or an encoding that the format does not have.</exception>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors)
    {
        // Wide items first keep every tensor aligned to its item size.
        TensorToWrite[] ordered =
        [
            .. tensors.OrderByDescending(t => BlockQuantization.BytesPerBlock(t.Encoding)).ThenBy(t => t.Name, StringComparer.Ordinal),
        ];
        RequireWritable(ordered);
        AtomicFile.Write(path, stream =>
        {
            WriteHeader(stream, ordered);
            foreach (var tensor in ordered)
                tensor.WriteTo(stream);
        });
    }

    private static void RequireWritable(TensorToWrite[] tensors)
    {
        var names = new HashSet<string> { SafetensorsHeader.MetadataKey };
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"Two tensors are named '{tensor.Name}', or the name is the format's own.", nameof(tensors));
            if (!SafetensorsTypes.All.Contains(tensor.Encoding))
                throw new ArgumentException(
                    $"Tensor '{tensor.Name}' is encoded as {tensor.Encoding}; safetensors has " +
                    $"{string.Join(", ", SafetensorsTypes.All)}.", nameof(tensors));
        }
    }

    private static void WriteHeader(Stream stream, TensorToWrite[] tensors)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            json.WriteString("format", "pt");
            json.WriteEndObject();
            var offset = 0L;
            foreach (var tensor in tensors)
                offset = WriteEntry(json, tensor, offset);
            json.WriteEndObject();
        }

        while (header.Length % Alignment != 0)
            header.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        header.WriteTo(stream);
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorToWrite tensor, long offset)
    {
        var end = checked(offset + tensor.ByteLength);
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Encoding.ToString());
        WriteNumbers(json, "shape", tensor.Shape);
        WriteNumbers(json, "data_offsets", [offset, end]);
        json.WriteEndObject();
        return end;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, long[] numbers)
    {
        json.WriteStartArray(key);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
