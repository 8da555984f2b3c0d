using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class RefusedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ProgressList _progress = new();
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void WeightsThatAreNotFiniteAreRefusedByNameBeforeAnythingTrains(float value)
    {
        const string tensor = "model.layers.3.mlp.up_proj.weight";
        var path = _folder.Copy(TestFiles.Stories, "damaged");
        Overwrite(Path.Combine(path, "model.safetensors"), tensor, value);
        Fit(path).Should().Throw<InvalidDataException>().WithMessage($"*{tensor}*");
        _progress.Reports.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.02)]
    public void ATruncatedGgufFileIsRefused(double share)
    {
        var bytes = File.ReadAllBytes(TestFiles.QuantisedStories);
        Fit(Write(bytes[..(int)(share * bytes.Length)])).Should().Throw<InvalidDataException>().WithMessage("*broken.gguf*");
        _progress.Reports.Should().BeEmpty();
    }

    [Fact]
    public void AFileOfAnotherFormatIsRefusedWhenThePipelineIsComposed()
    {
        var path = Write(Encoding.ASCII.GetBytes("PK this is no GGUF file, whatever its name says"));
        Fit(path).Should().Throw<InvalidDataException>().WithMessage("*broken.gguf*GGUF*");
    }

    [Fact]
    public void AGgufFileThatPromisesMoreThanItHasIsRefusedWithoutAllocatingIt()
    {
        var bytes = File.ReadAllBytes(TestFiles.QuantisedStories);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), ulong.MaxValue / 64); // number of tensors
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Fit(Write(bytes)).Should().Throw<InvalidDataException>().WithMessage("*broken.gguf*");
        (GC.GetTotalAllocatedBytes(precise: true) - before).Should().BeLessThan(64 << 20);
    }

    public void Dispose() => _folder.Dispose();

    private static void Overwrite(string path, string tensor, float value)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        var end = header.RootElement.GetProperty(tensor).GetProperty("data_offsets")[1].GetInt32();
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(8 + headerLength + end - sizeof(float)), value);
        File.WriteAllBytes(path, bytes);
    }

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(_folder["broken.gguf"], bytes);
        return _folder["broken.gguf"];
    }

    private Action Fit(string path) => () =>
    {
        var align = _ml.Alignment(new() { Progress = _progress });
        align.BaseModel(path).Append(align.Trainers.Dpo(new() { Training = new() { MaxSteps = 1 } })).Fit(VerbTask.Pairs(_ml)).Dispose();
    };
}
