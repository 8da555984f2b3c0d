using System.Runtime.InteropServices;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>
/// The tensors of a safetensors file, read the shortest way: for expectations, so that they do not go through the code under test.
/// </summary>
internal sealed class GoldenTensors
{
    private readonly byte[] data;
    private readonly JsonElement header;
    private readonly int start;

    public GoldenTensors(string path)
    {
        data = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(data);
        header = JsonDocument.Parse(data.AsMemory(8, length)).RootElement.Clone();
        start = 8 + length;
    }

    public IEnumerable<string> Names => header.EnumerateObject().Select(p => p.Name).Where(n => n != "__metadata__");

    public string Dtype(string name) => header.GetProperty(name).GetProperty("dtype").GetString()!;

    public long[] Shape(string name) => [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())];

    public byte[] Bytes(string name)
    {
        var offsets = header.GetProperty(name).GetProperty("data_offsets");
        return data[(start + offsets[0].GetInt32())..(start + offsets[1].GetInt32())];
    }

    /// <summary>A float32 or bfloat16 tensor's values.</summary>
    public float[] Floats(string name) => Dtype(name) == "BF16"
        ? [.. MemoryMarshal.Cast<byte, ushort>(Bytes(name)).ToArray().Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))]
        : MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray();

    public long[] Longs(string name) => MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray();
}
