using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>Writes the few kinds of protocol buffer fields that TensorBoard's events have.</summary>
internal sealed class ProtocolBuffer
{
    private const int VariableLength = 0;
    private const int EightBytes = 1;
    private const int WithLength = 2;
    private const int FourBytes = 5;

    private readonly List<byte> _bytes = [];

    public ProtocolBuffer Integer(int field, long value)
    {
        Key(field, VariableLength);
        Variable((ulong)value);
        return this;
    }

    public ProtocolBuffer Double(int field, double value)
    {
        Span<byte> buffer = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(buffer, value);
        Key(field, EightBytes);
        _bytes.AddRange(buffer);
        return this;
    }

    public ProtocolBuffer Float(int field, float value)
    {
        Span<byte> buffer = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(buffer, value);
        Key(field, FourBytes);
        _bytes.AddRange(buffer);
        return this;
    }

    public ProtocolBuffer Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtocolBuffer Message(int field, ProtocolBuffer value) => Bytes(field, value.ToArray());

    public byte[] ToArray() => [.. _bytes];

    private ProtocolBuffer Bytes(int field, byte[] value)
    {
        Key(field, WithLength);
        Variable((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    private void Key(int field, int kind) => Variable((ulong)((field << 3) | kind));

    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
