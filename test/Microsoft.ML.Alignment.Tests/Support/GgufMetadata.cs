using System.Text;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Reads the metadata of a GGUF file, independently of the library.</summary>
internal static class GgufMetadata
{
    public static Dictionary<string, object> Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
        Encoding.ASCII.GetString(reader.ReadBytes(4)).Should().Be("GGUF");
        reader.ReadUInt32().Should().Be(3);
        reader.ReadUInt64();
        var metadata = new Dictionary<string, object>();
        for (var left = reader.ReadUInt64(); left > 0; left--)
            metadata[ReadString(reader)] = ReadValue(reader, reader.ReadUInt32());
        return metadata;
    }

    private static object ReadValue(BinaryReader reader, uint type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadByte() != 0,
        8 => ReadString(reader),
        9 => ReadArray(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException($"type {type}"),
    };

    private static Array ReadArray(BinaryReader reader)
    {
        var type = reader.ReadUInt32();
        var values = new object[reader.ReadUInt64()];
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadValue(reader, type);
        var typed = Array.CreateInstance(values.Length == 0 ? typeof(string) : values[0].GetType(), values.Length);
        Array.Copy(values, typed, values.Length);
        return typed;
    }

    private static string ReadString(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));
}
