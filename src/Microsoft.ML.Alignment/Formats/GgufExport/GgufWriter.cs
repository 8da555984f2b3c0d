using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>Writes GGUF files, version 3, one tensor at a time.</summary>
internal static class GgufWriter
{
    private const int Alignment = 32;
    private const uint Version = 3;
    private const uint Text = 8;
    private const uint Array = 9;

    private static readonly Dictionary<Type, uint> Types = new()
    {
        [typeof(byte)] = 0, [typeof(sbyte)] = 1, [typeof(ushort)] = 2, [typeof(short)] = 3, [typeof(uint)] = 4, [typeof(int)] = 5,
        [typeof(float)] = 6, [typeof(bool)] = 7, [typeof(string)] = Text, [typeof(ulong)] = 10, [typeof(long)] = 11, [typeof(double)] = 12,
    };

    /// <summary>Writes a file.</summary>
    /// <param name="stream">Where it goes.</param>
    /// <param name="metadata">Keys with numbers, bools and strings of the CLR, or arrays of them, in their order.</param>
    /// <param name="tensors">The tensors, in their order.</param>
    /// <exception cref="ArgumentException">A value of another type.</exception>
    public static void Write(Stream stream, IReadOnlyCollection<KeyValuePair<string, object>> metadata, IReadOnlyList<TensorToWrite> tensors)
    {
        using var header = new MemoryStream();
        header.Write("GGUF"u8);
        WriteNumber(header, Version);
        WriteNumber(header, (ulong)tensors.Count);
        WriteNumber(header, (ulong)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            WriteText(header, key);
            WriteValue(header, key, value);
        }

        var offset = 0L;
        foreach (var tensor in tensors)
        {
            WriteEntry(header, tensor, offset);
            offset += Padded(tensor.ByteLength);
        }

        Pad(header, header.Length);
        header.WriteTo(stream);
        foreach (var tensor in tensors)
        {
            tensor.WriteTo(stream);
            Pad(stream, tensor.ByteLength);
        }
    }

    private static void WriteEntry(Stream header, TensorToWrite tensor, long offset)
    {
        WriteText(header, tensor.Name);
        WriteNumber(header, (uint)tensor.Shape.Length);
        foreach (var size in tensor.Shape.Reverse())
            WriteNumber(header, size);
        WriteNumber(header, GgufTypes.TypeOf(tensor.Encoding));
        WriteNumber(header, offset);
    }

    private static void WriteValue(Stream stream, string key, object value)
    {
        if (value is not System.Array array)
        {
            WriteNumber(stream, TypeOf(key, value.GetType()));
            WriteScalar(stream, value);
            return;
        }

        WriteNumber(stream, Array);
        WriteNumber(stream, TypeOf(key, array.GetType().GetElementType()!));
        WriteNumber(stream, (ulong)array.Length);
        foreach (var item in array)
            WriteScalar(stream, item);
    }

    private static void WriteScalar(Stream stream, object value)
    {
        switch (value)
        {
            case string text: WriteText(stream, text); break;
            case bool flag: stream.WriteByte(flag ? (byte)1 : (byte)0); break;
            case byte number: stream.WriteByte(number); break;
            case sbyte number: WriteNumber(stream, number); break;
            case ushort number: WriteNumber(stream, number); break;
            case short number: WriteNumber(stream, number); break;
            case uint number: WriteNumber(stream, number); break;
            case int number: WriteNumber(stream, number); break;
            case float number: WriteNumber(stream, number); break;
            case ulong number: WriteNumber(stream, number); break;
            case long number: WriteNumber(stream, number); break;
            default: WriteNumber(stream, (double)value); break;
        }
    }

    private static uint TypeOf(string key, Type type) => Types.TryGetValue(type, out var number) ? number : throw new ArgumentException(
        $"'{key}' is {type.Name}; a GGUF file holds numbers, bools, texts and arrays of them.", nameof(type));

    private static void WriteText(Stream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteNumber<T>(Stream stream, T number)
        where T : unmanaged
    {
        Span<byte> bytes = stackalloc byte[Marshal.SizeOf<T>()];
        MemoryMarshal.Write(bytes, number);
        stream.Write(bytes);
    }

    private static void Pad(Stream stream, long length) => stream.Write(new byte[Padded(length) - length]);

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
