using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Formats;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("bf16")]
    [InlineData("q8_0")]
    [InlineData("q4_0")]
    [InlineData("q4_1")]
    [InlineData("q5_0")]
    [InlineData("q5_1")]
    [InlineData("q2_k")]
    [InlineData("q3_k")]
    [InlineData("q4_k")]
    [InlineData("q5_k")]
    [InlineData("q6_k")]
    [InlineData("iq4_nl")]
    [InlineData("iq4_xs")]
    public void ATensorDecodesToWhatTheOriginalPackageReads(string name)
    {
        var tensor = GgufFile.Open(Golden.Path("gguf/quants.gguf")).Tensor(name);
        tensor.Encoding.ToString().Should().BeEquivalentTo(name);
        tensor.Shape.Should().Equal(4, 512);
        var bytes = new byte[tensor.ByteLength];
        tensor.Read(0, bytes);
        var values = new float[4 * 512];
        BlockQuantization.Decode(tensor.Encoding, bytes, values);
        values.Should().Equal(new GoldenTensors(Golden.Path("gguf/quants-expected.safetensors")).Floats(name));
    }

    [Fact]
    public void AQuantisationThatIsNotReadIsRefusedByNameWhenItIsAskedFor()
    {
        var file = Open(new GgufBuilder().WithTensor("w", 16, [256], new byte[66]).Build());
        file.Names.Should().Contain("w");
        file.Invoking(f => f.Tensor("w")).Should().Throw<NotSupportedException>().WithMessage("*'w' as IQ2_XXS;*F32, F16, BF16, Q8_0*IQ4_XS*");
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(3u)]
    public void MetadataComesAsNumbersBoolsTextsAndArrays(uint version)
    {
        var values = new Dictionary<string, object>
        {
            ["a"] = (byte)200, ["b"] = (sbyte)-3, ["c"] = (ushort)60000, ["d"] = (short)-300, ["e"] = 4_000_000_000u, ["f"] = -7, ["g"] = 1.5f, ["h"] = true,
            ["i"] = "é", ["j"] = ulong.MaxValue, ["k"] = long.MinValue, ["l"] = 0.1, ["m"] = new[] { "x", "" }, ["n"] = new[] { 1f, -2f }, ["o"] = new string('y', 70_000),
        };
        var builder = values.Aggregate(new GgufBuilder(), (b, pair) => b.With(pair.Key, pair.Value));
        Open(builder.Build(version)).Metadata.Should().BeEquivalentTo(values, options => options.RespectingRuntimeTypes());
    }

    [Fact]
    public void AFileTruncatedAnywhereIsRefusedByName()
    {
        var whole = File.ReadAllBytes(Golden.Path("gguf/stories260K-q8_0.gguf"));
        var lastTensorStart = whole.Length - 64;
        for (var length = 0; length < lastTensorStart; length += length < 2000 ? 7 : 5003)
            FluentActions.Invoking(() => Open(whole[..length])).Should().Throw<InvalidDataException>().WithMessage($"*{_folder["x.gguf"]}*get it again*");
    }

    [Fact]
    public void AFlippedHeaderByteIsReadOrRefusedButNeverCrashesNorAllocatesMuch()
    {
        var whole = File.ReadAllBytes(Golden.Path("gguf/quants.gguf"));
        for (var at = 0; at < 800; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(0x80 >> (at % 8));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Open(damaged).Names.Should().HaveCount(15);
            }
            catch (InvalidDataException e)
            {
                e.Message.Should().Contain("x.gguf");
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
        }
    }

    [Fact]
    public void ABigEndianFileIsRefused()
    {
        FluentActions.Invoking(() => Open(new GgufBuilder().Build(version: 0x03000000))).Should().Throw<InvalidDataException>().WithMessage("*version is 50331648*little-endian*");
    }

    [Fact]
    public void AKeyThatIsThereTwiceIsRefused() =>
        FluentActions.Invoking(() => Open(new GgufBuilder().With("k", 1u).With("k", 2u).Build())).Should().Throw<InvalidDataException>().WithMessage("*'k' is there twice*");

    [Fact]
    public void ATensorThatIsThereTwiceIsRefused() =>
        FluentActions.Invoking(() => Open(new GgufBuilder().WithTensor("t", 0, [1], new byte[4]).WithTensor("t", 0, [1], new byte[4]).Build()))
            .Should().Throw<InvalidDataException>().WithMessage("*'t' is there twice*");

    [Theory]
    [InlineData(new long[] { 33 }, 8u, "'t' has rows of 33*Q8_0*")]
    [InlineData(new long[] { 1, 0 }, 0u, "'t' has the shape [0, 1]*")]
    [InlineData(new long[] { 1, 1, 1, 1, 1 }, 0u, "'t' has 5 dimensions*")]
    [InlineData(new long[] { 1L << 62, 1L << 62, 1L << 62 }, 0u, "'t' of shape [46*")]
    [InlineData(new long[] { 64, 64 }, 1u, "'t' of shape [64, 64]*")]
    public void AShapeThatCannotBeIsRefused(long[] sizes, uint type, string message) =>
        FluentActions.Invoking(() => Open(new GgufBuilder().WithTensor("t", type, sizes, new byte[64]).Build()))
            .Should().Throw<InvalidDataException>().WithMessage("*" + message);

    [Fact]
    public void OverlappingTensorsAreRefused() =>
        FluentActions.Invoking(() => Open(new GgufBuilder().WithTensor("big", 0, [16], new byte[32]).WithTensor("next", 0, [8], new byte[32]).Build()))
            .Should().Throw<InvalidDataException>().WithMessage("*'next' begins at byte 32*from 64 on*");

    [Fact]
    public void TheFormatIsKnownByItsFirstBytes()
    {
        GgufFile.IsGguf(Golden.Path("gguf/quants.gguf")).Should().BeTrue();
        GgufFile.IsGguf(Golden.Path("gguf/quants-expected.safetensors")).Should().BeFalse();
        File.WriteAllBytes(_folder["short"], [0x47]);
        GgufFile.IsGguf(_folder["short"]).Should().BeFalse();
    }

    private GgufFile Open(byte[] bytes)
    {
        File.WriteAllBytes(_folder["x.gguf"], bytes);
        return GgufFile.Open(_folder["x.gguf"]);
    }
}
