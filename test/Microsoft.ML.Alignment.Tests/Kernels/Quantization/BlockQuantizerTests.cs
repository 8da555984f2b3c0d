using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Kernels.Quantization;

namespace Microsoft.ML.Alignment.Tests.Kernels.Quantization;

public sealed class BlockQuantizerTests
{
    private const string Recorded = "golden/gguf/quants.gguf";

    public static TheoryData<string> Encodings => ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"];

    // Half a step of the coarsest grid that holds a block of normal values, over their deviation, with room for scales that are rounded; a step where
    // one side has a code less, so that cutting off the largest value may be the lesser error.
    private static readonly Dictionary<string, double> Bounds = new()
    {
        ["Q8_0"] = 0.02, ["Q4_0"] = 0.5, ["Q4_1"] = 0.3, ["Q5_0"] = 0.25, ["Q5_1"] = 0.16, ["Q4_K"] = 0.3, ["Q5_K"] = 0.16, ["Q6_K"] = 0.1,
    };

    [SharedTheory(Recorded)]
    [MemberData(nameof(Encodings))]
    public void ValuesOfRecordedBlocksComeBack(string name)
    {
        var encoding = Enum.Parse<TensorEncoding>(name);
        using var file = GgufFile.Open(Golden.Path("gguf/quants.gguf"));
        var values = ComputedTensor.ValuesOf(file.Tensor(name.ToLowerInvariant()));
        var size = Math.Sqrt(values.Average(value => (double)value * value));
        Rms(RoundTrip(values, encoding), values).Should().BeLessThan(Bounds[name] / 10 * size);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void ErrorsOfNormalValuesAreBounded(string name)
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 4096).Select(_ => (float)(0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(random.NextDouble() * Math.Tau)))];
        var read = RoundTrip(values, Enum.Parse<TensorEncoding>(name));
        read.Zip(values, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan((float)(0.02 * Bounds[name]));
        read.Should().NotEqual(values);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void ConstantsZerosAndExtremesKeepTheirSense(string name)
    {
        var encoding = Enum.Parse<TensorEncoding>(name);
        RoundTrip(new float[256], encoding).Should().OnlyContain(value => value == 0);
        RoundTrip([.. Enumerable.Repeat(-0.75f, 256)], encoding).Should().OnlyContain(value => Math.Abs(value + 0.75f) < 0.01f);
        float[] spike = [.. Enumerable.Range(0, 256).Select(i => i == 100 ? 1000f : 0f)];
        RoundTrip(spike, encoding)[100].Should().BeApproximately(1000, 10);
        RoundTrip([.. Enumerable.Repeat(1e-30f, 256)], encoding).Should().OnlyContain(value => Math.Abs(value) < 1e-6f);
    }

    [Fact]
    public void WhatIsNotEncodedIsRefusedByName() =>
        FluentActions.Invoking(() => BlockQuantizer.Encode(new float[256], TensorEncoding.Q2_K, new byte[84])).Should().Throw<NotSupportedException>()
            .WithMessage("*Q2_K*Q8_0*Q6_K*");

    private static float[] RoundTrip(float[] values, TensorEncoding encoding)
    {
        var bytes = new byte[BlockQuantization.BytesOf(encoding, values.Length)];
        BlockQuantizer.Encode(values, encoding, bytes);
        var read = new float[values.Length];
        BlockQuantization.Decode(encoding, bytes, read);
        return read;
    }

    private static double Rms(float[] read, float[] values) => Math.Sqrt(read.Zip(values, (a, b) => (double)(a - b) * (a - b)).Average());
}
