using System.Text;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Writes small GGUF files, right or wrong.</summary>
internal sealed class GgufBuilder
{
    private readonly List<byte> _pairs = [];
    private readonly List<byte> _infos = [];
    private readonly List<byte> _data = [];
    private ulong _pairCount;
    private ulong _tensorCount;

    public GgufBuilder With(string key, object value)
    {
        _pairs.AddRange(Bytes(writer =>
        {
            WriteText(writer, key);
            WriteValue(writer, value);
        }));
        _pairCount++;
        return this;
    }

    /// <param name="name">Name in the file.</param>
    /// <param name="type">The format's number of the type.</param>
    /// <param name="sizes">Sizes as the file has them: innermost first.</param>
    /// <param name="bytes">The tensor's bytes.</param>
    public GgufBuilder WithTensor(string name, uint type, long[] sizes, byte[] bytes)
    {
        _infos.AddRange(Bytes(writer =>
        {
            WriteText(writer, name);
            writer.Write(sizes.Length);
            foreach (var size in sizes)
                writer.Write(size);
            writer.Write(type);
            writer.Write((long)_data.Count);
        }));
        _data.AddRange(Padded(bytes));
        _tensorCount++;
        return this;
    }

    public byte[] Build(uint version = 3)
    {
        var header = Bytes(writer =>
        {
            writer.Write("GGUF"u8);
            writer.Write(version);
            writer.Write(_tensorCount);
            writer.Write(_pairCount);
            writer.Write([.. _pairs]);
            writer.Write([.. _infos]);
        });
        return [.. Padded(header), .. _data];
    }

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[(32 - bytes.Length % 32) % 32]];

    private static void WriteValue(BinaryWriter writer, object value)
    {
        writer.Write(TypeOf(value));
        if (value is string[] texts)
        {
            writer.Write(8u);
            writer.Write((ulong)texts.Length);
            foreach (var text in texts)
                WriteText(writer, text);
        }
        else if (value is float[] numbers)
        {
            writer.Write(6u);
            writer.Write((ulong)numbers.Length);
            foreach (var number in numbers)
                writer.Write(number);
        }
        else if (value is string text)
            WriteText(writer, text);
        else
            WriteScalar(writer, value);
    }

    private static uint TypeOf(object value) => value switch
    {
        byte => 0, sbyte => 1, ushort => 2, short => 3, uint => 4, int => 5, float => 6, bool => 7, string => 8, Array => 9, ulong => 10, long => 11, double => 12,
        _ => throw new ArgumentException($"GGUF has no {value.GetType()}.", nameof(value)),
    };

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        var bytes = value switch
        {
            byte b => [b],
            sbyte s => [(byte)s],
            bool flag => [flag ? (byte)1 : (byte)0],
            ushort u => BitConverter.GetBytes(u),
            short s => BitConverter.GetBytes(s),
            uint u => BitConverter.GetBytes(u),
            int i => BitConverter.GetBytes(i),
            float f => BitConverter.GetBytes(f),
            ulong u => BitConverter.GetBytes(u),
            long l => BitConverter.GetBytes(l),
            _ => BitConverter.GetBytes((double)value),
        };
        writer.Write(bytes);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write((ulong)Encoding.UTF8.GetByteCount(text));
        writer.Write(Encoding.UTF8.GetBytes(text));
    }
}
