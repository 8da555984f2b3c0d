using System.Runtime.InteropServices;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>
/// The tensors of a safetensors file, read the shortest way: for expectations, so that they do not go through the code under test.
/// </summary>
internal sealed class GoldenTensors
{
    private readonly byte[] _data;
    private readonly JsonElement _header;
    private readonly int _start;

    public GoldenTensors(string path)
    {
        _data = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(_data);
        _header = JsonDocument.Parse(_data.AsMemory(8, length)).RootElement.Clone();
        _start = 8 + length;
    }

    public IEnumerable<string> Names => _header.EnumerateObject().Select(p => p.Name).Where(n => n != "__metadata__");

    public string Dtype(string name) => _header.GetProperty(name).GetProperty("dtype").GetString()!;

    public long[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())];

    public byte[] Bytes(string name)
    {
        var offsets = _header.GetProperty(name).GetProperty("data_offsets");
        return _data[(_start + offsets[0].GetInt32())..(_start + offsets[1].GetInt32())];
    }

    /// <summary>A float32 or bfloat16 tensor's values.</summary>
    public float[] Floats(string name) => Dtype(name) == "BF16"
        ? [.. MemoryMarshal.Cast<byte, ushort>(Bytes(name)).ToArray().Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))]
        : MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray();

    public long[] Longs(string name) => MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray();
}
