using System.IO.Compression;
using System.Text;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class TensorBlobTests
{
    private static readonly BytesTensor Full = new("b", TensorEncoding.F32, [3, 5], 60);
    private static readonly BytesTensor Blocks = new("a", TensorEncoding.Q4_1, [2, 64], 80);

    [Theory]
    [InlineData(TensorEncoding.F32, 4 * 64)]
    [InlineData(TensorEncoding.F16, 2 * 64)]
    [InlineData(TensorEncoding.BF16, 2 * 64)]
    [InlineData(TensorEncoding.Q8_0, 34 * 2)]
    [InlineData(TensorEncoding.Q4_0, 18 * 2)]
    [InlineData(TensorEncoding.Q4_1, 20 * 2)]
    internal void EveryEncodingComesBackByteForByte(TensorEncoding encoding, int length)
    {
        var tensor = new BytesTensor("layers.0.weight", encoding, [2, 32], length);
        var read = Read(Written(tensor), TensorBlob.Hash([tensor])).Should().ContainSingle().Subject;
        (read.Name, read.Encoding, read.ByteLength).Should().Be((tensor.Name, encoding, length));
        read.Shape.Should().Equal(2, 32);
        Content(read).Should().Equal(Content(tensor));
    }

    [Fact]
    public void TheHashIsThatOfTheBytesAndNotOfTheOrder()
    {
        var bytes = Written(Full, Blocks);
        Written(Blocks, Full).Should().Equal(bytes);
        TensorBlob.Hash([Blocks, Full]).Should().Be(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
    }

    [Fact]
    public void FloatWeightsAreASafetensorsFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["weights.safetensors"], Written(Full));
        var read = SafetensorsFile.Open(folder["weights.safetensors"]).ReadTensors().Should().ContainSingle().Subject;
        Content(read).Should().Equal(Content(Full));
    }

    [Fact]
    public void EveryFlippedBitIsNoticed()
    {
        var (bytes, hash) = (Written(Full, Blocks), TensorBlob.Hash([Full, Blocks]));
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 4;
            new Action(() => Read(damaged, hash)).Should().Throw<FormatException>("byte {0} is another", i).WithMessage($"*{hash}*");
        }
    }

    [Fact]
    public void EveryTruncationIsNoticed()
    {
        var (bytes, hash) = (Written(Full, Blocks), TensorBlob.Hash([Full, Blocks]));
        for (var length = 0; length < bytes.Length; length++)
            new Action(() => Read(bytes[..length], hash)).Should().Throw<FormatException>("{0} bytes are there", length).WithMessage($"*{hash}*");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", "4611686018427387904")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "-1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[250000000],"data_offsets":[0,1000000000]}}""", "1000000000")]
    [InlineData("""{"a":{"dtype":"Q8_0","shape":[33],"data_offsets":[0,4]}}""", "33")]
    [InlineData("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,4]}}""", "I64")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begins at 4")]
    [InlineData("""{"a":null}""", "")]
    [InlineData("[1]", "")]
    [InlineData("null", "null")]
    public void AHeaderThatMakesNoSenseIsRefusedBeforeMemoryIsTaken(string header, string named)
    {
        byte[] bytes = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 1, 2, 3, 4];
        var before = GC.GetTotalAllocatedBytes();
        new Action(() => Read(bytes, "x")).Should().Throw<FormatException>().WithMessage($"*{named}*");
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(50_000_000);
    }

    [Fact]
    public void MoreThanTwoGigabytesGoThroughAZipFile()
    {
        var tensors = new[] { new MarkedZeros("a", 5_000), new MarkedZeros("b", int.MaxValue / 4 + 1_000_000), new MarkedZeros("c", 70_000) };
        var hash = TensorBlob.Hash(tensors);
        using var file = new SparseStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = zip.CreateEntry("weights", CompressionLevel.NoCompression).Open())
            TensorBlob.Write(entry, tensors);
        file.Length.Should().BeGreaterThan(int.MaxValue);

        using var again = new ZipArchive(file, ZipArchiveMode.Read);
        using var stream = again.GetEntry("weights")!.Open();
        var read = TensorBlob.Read(stream, again.GetEntry("weights")!.Length, hash);
        var end = new byte[4];
        foreach (var (tensor, original) in read.Zip(tensors))
        {
            tensor.ByteLength.Should().Be(original.ByteLength);
            tensor.Read(tensor.ByteLength - 4, end);
            end.Should().Equal(MarkedZeros.Mark);
        }

        StoredTensor.Close(read);
        read[0].Invoking(tensor => tensor.Read(0, new byte[4])).Should().Throw<ObjectDisposedException>("its memory was freed");
    }

    private static byte[] Written(params StoredTensor[] tensors)
    {
        using var stream = new MemoryStream();
        TensorBlob.Write(stream, tensors);
        return stream.ToArray();
    }

    private static IReadOnlyList<StoredTensor> Read(byte[] bytes, string hash) => TensorBlob.Read(new MemoryStream(bytes), bytes.Length, hash);

    private static byte[] Content(StoredTensor tensor)
    {
        var bytes = new byte[tensor.ByteLength];
        tensor.Read(0, bytes);
        return bytes;
    }

    private sealed class BytesTensor(string name, TensorEncoding encoding, long[] shape, int length) : StoredTensor(name, encoding, shape)
    {
        private readonly byte[] _bytes = [.. Enumerable.Range(0, length).Select(i => (byte)((i * 31) + name[0]))];

        public override long ByteLength => length;

        public override void Read(long offset, Span<byte> destination) => _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    /// <summary>Zeros with a mark in their last four bytes.</summary>
    private sealed class MarkedZeros(string name, long count) : StoredTensor(name, TensorEncoding.F32, [count])
    {
        public static readonly byte[] Mark = [9, 8, 7, 6];

        public override long ByteLength => count * 4;

        public override void Read(long offset, Span<byte> destination)
        {
            destination.Clear();
            if (offset + destination.Length == ByteLength)
                Mark.CopyTo(destination[^4..]);
        }
    }
}
