using Microsoft.ML.Alignment.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class BrainFloatTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(53)]
    public void NarrowingIsTorchsAndWideningIsExact(int count)
    {
        var random = new Random(count);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-38, 38)))];
        var (narrow, wide) = (new ushort[count], new float[count]);

        BrainFloat.Narrow(values, narrow);
        BrainFloat.Widen(narrow, wide);

        using var scope = NewDisposeScope();
        wide.Should().Equal(tensor(values).bfloat16().to_type(ScalarType.Float32).data<float>().ToArray());
    }

    [Theory]
    [InlineData(0x3F80_8000, 0x3F80)] // halfway, to even: down
    [InlineData(0x3F81_8000, 0x3F82)] // halfway, to even: up
    [InlineData(0x3F80_8001, 0x3F81)]
    [InlineData(0x7F80_0000, 0x7F80)] // infinity
    [InlineData(0x7F7F_FFFF, 0x7F80)] // beyond the largest finite value
    [InlineData(0x7F80_0001, 0x7FC0)] // a NaN stays one
    [InlineData(unchecked((int)0x8000_0000), 0x8000)]
    public void TiesGoToEvenAndNaNsStay(int bits, int expected)
    {
        var narrow = new ushort[17];
        BrainFloat.Narrow(Enumerable.Repeat(BitConverter.Int32BitsToSingle(bits), 17).ToArray(), narrow);
        narrow.Should().OnlyContain(value => value == expected);
    }
}
