using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class BlockQuantizationTests
{
    [Theory]
    [InlineData(TensorEncoding.F32, 64, 256)]
    [InlineData(TensorEncoding.F16, 3, 6)]
    [InlineData(TensorEncoding.BF16, 5, 10)]
    [InlineData(TensorEncoding.Q8_0, 64, 68)]
    [InlineData(TensorEncoding.Q4_0, 96, 54)]
    [InlineData(TensorEncoding.Q4_1, 32, 20)]
    internal void BytesAreThoseOfWholeBlocks(TensorEncoding encoding, long elements, long bytes) =>
        BlockQuantization.BytesOf(encoding, elements).Should().Be(bytes);

    [Fact]
    public void PartsOfABlockAreRefused() =>
        FluentActions.Invoking(() => BlockQuantization.BytesOf(TensorEncoding.Q4_0, 33)).Should().Throw<ArgumentException>().WithMessage("33 elements*32*Q4_0*");

    [Fact]
    public void BytesThatDoNotFitTheDestinationAreRefused() =>
        FluentActions.Invoking(() => BlockQuantization.Decode(TensorEncoding.Q8_0, new byte[33], new float[32])).Should().Throw<ArgumentException>().WithMessage("33 bytes*34*");

    [Theory]
    [InlineData(TensorEncoding.Q8_0)]
    [InlineData(TensorEncoding.Q4_0)]
    [InlineData(TensorEncoding.Q4_1)]
    [InlineData(TensorEncoding.F16)]
    [InlineData(TensorEncoding.BF16)]
    internal void RandomBlocksDecodeAsTheDefinitionSays(TensorEncoding encoding)
    {
        const int elements = 96 + 32;
        var bytes = new byte[BlockQuantization.BytesOf(encoding, elements)];
        new Random(7).NextBytes(bytes);
        KeepHalvesFinite(bytes);
        var decoded = new float[elements];
        BlockQuantization.Decode(encoding, bytes, decoded);
        for (var i = 0; i < elements; i++)
            decoded[i].Should().Be(ByDefinition(encoding, bytes, i), $"element {i}");
    }

    private static void KeepHalvesFinite(byte[] bytes)
    {
        for (var i = 1; i < bytes.Length; i += 2)
            bytes[i] &= 0xBF;
    }

    private static float ByDefinition(TensorEncoding encoding, byte[] bytes, int i)
    {
        var (block, j) = (i / 32, i % 32);
        float HalfAt(int at) => (float)BitConverter.ToHalf(bytes, at);
        int Nibble(int at) => j < 16 ? bytes[at + j] & 0xF : bytes[at + j - 16] >> 4;
        return encoding switch
        {
            TensorEncoding.F16 => HalfAt(2 * i),
            TensorEncoding.BF16 => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes, 2 * i) << 16),
            TensorEncoding.Q8_0 => HalfAt(34 * block) * (sbyte)bytes[34 * block + 2 + j],
            TensorEncoding.Q4_0 => HalfAt(18 * block) * (Nibble(18 * block + 2) - 8),
            _ => HalfAt(20 * block) * Nibble(20 * block + 4) + HalfAt(20 * block + 2),
        };
    }
}
