using System.Text;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("models/llama/model.safetensors", TensorEncoding.F32)]
    [InlineData("models/llama-sharded-bf16/model-00002-of-00003.safetensors", TensorEncoding.BF16)]
    internal void EveryTensorHasTheBytesThatPythonWrote(string file, TensorEncoding encoding)
    {
        var expected = new GoldenTensors(Golden.Path(file));
        var tensors = SafetensorsFile.Open(Golden.Path(file)).ReadTensors();
        tensors.Select(t => t.Name).Should().BeEquivalentTo(expected.Names);
        foreach (var tensor in tensors)
        {
            tensor.Encoding.Should().Be(encoding);
            tensor.Shape.Should().Equal(expected.Shape(tensor.Name));
            BytesOf(tensor).Should().Equal(expected.Bytes(tensor.Name));
        }
    }

    [Fact]
    public void AFileWrittenAgainIsTheFileThatPythonWrote()
    {
        var original = Golden.Path("models/llama/model.safetensors");
        SafetensorsWriter.Write(_folder["copy"], SafetensorsFile.Open(original).ReadTensors().Reverse().Select(t => TensorToWrite.Copy(t, t.Name)));
        var (copy, expected) = (new GoldenTensors(_folder["copy"]), new GoldenTensors(original));
        copy.Names.Should().Equal(expected.Names);
        foreach (var name in expected.Names)
            copy.Bytes(name).Should().Equal(expected.Bytes(name));
        new FileInfo(_folder["copy"]).Length.Should().Be(new FileInfo(original).Length);
    }

    [Fact]
    public void WideItemsComeFirstSoThatAllAreAligned()
    {
        SafetensorsWriter.Write(_folder["x"], [Zeros("a", TensorEncoding.BF16, 3), Zeros("z", TensorEncoding.F32, 5, 1), Zeros("empty", TensorEncoding.F32, 0)]);
        SafetensorsFile.Open(_folder["x"]).ReadTensors().Select(t => (t.Name, t.ByteLength)).Should().Equal(("empty", 0), ("z", 20), ("a", 6));
    }

    [Fact]
    public void ReadsOnSeveralThreadsSeeTheSameBytes()
    {
        var path = Golden.Path("models/llama/model.safetensors");
        var expected = new GoldenTensors(path);
        Parallel.ForEach(SafetensorsFile.Open(path).ReadTensors(), t => BytesOf(t).Should().Equal(expected.Bytes(t.Name)));
    }

    [Fact]
    public void ReadingBeyondATensorIsRefused()
    {
        var tensor = SafetensorsFile.Open(Golden.Path("models/llama/model.safetensors")).ReadTensors()[0];
        tensor.Invoking(t => t.Read(t.ByteLength - 3, new byte[4])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void AFileTruncatedAnywhereIsRefusedByName()
    {
        var whole = File.ReadAllBytes(Golden.Path("models/llama-sharded-bf16/model-00003-of-00003.safetensors"));
        for (var length = 0; length < whole.Length; length += length < 1500 ? 13 : 1009)
        {
            File.WriteAllBytes(_folder["cut"], whole[..length]);
            FluentActions.Invoking(() => SafetensorsFile.Open(_folder["cut"])).Should().Throw<InvalidDataException>().WithMessage($"*{_folder["cut"]}*");
        }
    }

    [Fact]
    public void AFlippedHeaderByteIsRefusedOrRenamesSomethingButNeverCrashes()
    {
        var whole = File.ReadAllBytes(Golden.Path("models/llama-sharded-bf16/model-00003-of-00003.safetensors"));
        var headerEnd = 8 + BitConverter.ToInt64(whole);
        for (var at = 0; at < headerEnd; at += 3)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(_folder["flipped"], damaged);
            ReadOrRefuse();
        }

        void ReadOrRefuse()
        {
            try
            {
                SafetensorsFile.Open(_folder["flipped"]).ReadTensors().Sum(t => t.ByteLength).Should().BeLessThan(whole.Length);
            }
            catch (InvalidDataException e)
            {
                e.Message.Should().Contain(_folder["flipped"]);
            }
        }
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F7","shape":[2],"data_offsets":[0,8]}}""", "'x'*'F7'*F32*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "'x'*8 bytes*F32 [3]*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}""", "'x'*[0, 9]*8 bytes*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "'x'*[8, 0]*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "'x'*shape*-2*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", "'x'*8 bytes*4611686018427387904*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", "'x'*1.5*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"BF16","shape":[3],"data_offsets":[2,8]}}""", "overlaps*'y'*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "no tensor*'x'*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes behind*")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "'x' twice*")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", "'x'*dtype*")]
    [InlineData("""{"x":7}""", "'x'*")]
    [InlineData("[1]", "Array*")]
    [InlineData("{", "JSON*")]
    public void AWrongHeaderIsRefusedAndSaysWhatIsWrong(string header, string message)
    {
        File.WriteAllBytes(_folder["bad"], [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[8]]);
        FluentActions.Invoking(() => SafetensorsFile.Open(_folder["bad"])).Should().Throw<InvalidDataException>().WithMessage($"*{_folder["bad"]}*{message}");
    }

    [Fact]
    public void AHugeAnnouncedHeaderIsRefusedWithoutAllocatingIt()
    {
        File.WriteAllBytes(_folder["huge"], [.. BitConverter.GetBytes(long.MaxValue), .. new byte[64]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => SafetensorsFile.Open(_folder["huge"])).Should().Throw<InvalidDataException>().WithMessage($"*{long.MaxValue}*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10_000_000);
    }

    [Fact]
    public void AnIntegerTensorIsRefusedAsAWeightByName() =>
        FluentActions.Invoking(() => SafetensorsFile.Open(Golden.Path("models/llama/expected.safetensors")).ReadTensors())
            .Should().Throw<InvalidDataException>().WithMessage("*'greedy' as I64*F32, F16, BF16*");

    [Fact]
    public void AWriterThatFailsMidwayLeavesTheOldFileAndNoOther()
    {
        File.WriteAllText(_folder["x"], "old");
        var failing = new TensorToWrite("b", TensorEncoding.F32, [2], _ => throw new IOException("disk full"));
        FluentActions.Invoking(() => SafetensorsWriter.Write(_folder["x"], [Zeros("a", TensorEncoding.F32, 4), failing])).Should().Throw<IOException>().WithMessage("disk full");
        Directory.GetFiles(_folder.Path).Should().Equal(_folder["x"]);
        File.ReadAllText(_folder["x"]).Should().Be("old");
    }

    [Fact]
    public void ATensorThatWritesTheWrongNumberOfBytesIsRefused() =>
        FluentActions.Invoking(() => SafetensorsWriter.Write(_folder["x"], [new("a", TensorEncoding.F32, [2], s => s.Write(new byte[7]))]))
            .Should().Throw<InvalidOperationException>().WithMessage("*'a' wrote 7 bytes*8*");

    [Fact]
    public void TwoTensorsOfOneNameAreRefused() =>
        FluentActions.Invoking(() => SafetensorsWriter.Write(_folder["x"], [Zeros("a", TensorEncoding.F32, 1), Zeros("a", TensorEncoding.F32, 1)]))
            .Should().Throw<ArgumentException>().WithMessage("*'a'*");

    private static TensorToWrite Zeros(string name, TensorEncoding encoding, params long[] shape) =>
        new(name, encoding, shape, stream => stream.Write(new byte[BlockQuantization.BytesOf(encoding, shape.Aggregate(1L, (a, b) => a * b))]));

    private static byte[] BytesOf(StoredTensor tensor)
    {
        var bytes = new byte[tensor.ByteLength];
        tensor.Read(0, bytes);
        return bytes;
    }
}
