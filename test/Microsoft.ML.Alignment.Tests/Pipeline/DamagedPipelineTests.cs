using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>A saved pipeline that is not as it was saved is refused, or loads as what was saved.</summary>
public sealed class DamagedPipelineTests : IDisposable
{
    // In the directory's record of an entry.
    private const int ExpandedLengthAt = 24;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheChecksumIsTheOneOfZipFiles()
    {
        Crc32.Of(new MemoryStream("123456789"u8.ToArray())).Should().Be(0xCBF43926);
        using var zip = ZipFile.OpenRead(Golden.Path("saved/v1.zip"));
        foreach (var entry in zip.Entries)
            using (var stream = entry.Open())
                Crc32.Of(stream).Should().Be(entry.Crc32, entry.FullName);
    }

    // Without the hash and the checksums, one in fourteen of these loaded another model.
    [Fact]
    public void AFlippedBitIsRefusedOrChangesNothing()
    {
        var bytes = File.ReadAllBytes(Golden.Path("saved/v1.zip"));
        var expected = Contents(Golden.Path("saved/v1.zip"));
        var path = _folder["flipped.zip"];
        for (long bit = 5; bit < bytes.Length * 8L; bit += 4999)
        {
            bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            File.WriteAllBytes(path, bytes);
            bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            try
            {
                Contents(path).Should().Be(expected, $"bit {bit} decides nothing");
            }
            catch (InvalidDataException refused)
            {
                refused.Message.Should().StartWith($"'{path}' ");
            }
        }
    }

    [Theory]
    [InlineData("\"beta\": 0.3", "\"beta\": 0.5")]
    [InlineData("\"prompt\": \"Prompt\"", "\"prompt\": \"Trompt\"")]
    public void AChangeThatTheZipKnowsNothingOfIsRefused(string found, string replaced)
    {
        var text = Encoding.Latin1.GetString(StoreUncompressed(_folder["stored.zip"]));
        text.Should().Contain(found);
        File.WriteAllBytes(_folder["stored.zip"], Encoding.Latin1.GetBytes(text.Replace(found, replaced, StringComparison.Ordinal)));

        Refuse(_folder["stored.zip"], "*stage.json' of the model file is damaged: its CRC-32 is*Copy or save the file again.");
        new Action(() => new MLContext().Model.Load(_folder["stored.zip"], out _)).Should().Throw<Exception>()
            .Which.GetBaseException().Message.Should().Contain("CRC-32", "the innermost exception says what is wrong");
    }

    [Fact]
    public void AnEntryThatExpandsOutOfProportionIsRefusedBeforeItIsExpanded()
    {
        var bytes = File.ReadAllBytes(Golden.Path("saved/v1.zip"));
        var directory = bytes.AsSpan(bytes.AsSpan().IndexOf("PK\u0001\u0002"u8));
        BinaryPrimitives.WriteUInt32LittleEndian(directory[ExpandedLengthAt..], 1_000_000_000);
        File.WriteAllBytes(_folder["bomb.zip"], bytes);

        Refuse(_folder["bomb.zip"], "*of the model file takes*claims to expand to 1000000000; allowed are 100 times*");
    }

    [Theory]
    [InlineData("", "*is no saved pipeline, which is a zip file*LoadModel*")]
    [InlineData("PK and no more", "*cannot be loaded*")]
    public void WhatIsNoZipIsRefused(string content, string message)
    {
        File.WriteAllText(_folder["no.zip"], content);
        Refuse(_folder["no.zip"], message);
    }

    [Fact]
    public void AZipIsNoPretrainedModel()
    {
        var load = () => new MLContext().Alignment().LoadModel(Golden.Path("saved/v1.zip"));
        load.Should().Throw<InvalidDataException>().WithMessage("*is a zip file. If it is a saved pipeline, load it with Load*");
    }

    private static void Refuse(string path, string message) =>
        new Action(() => new MLContext().Alignment().Load(path, out _)).Should().Throw<InvalidDataException>().WithMessage(message);

    // All that a pipeline's results follow from.
    private static string Contents(string path)
    {
        using var chain = (TransformerChain<ITransformer>)new MLContext().Alignment().Load(path, out var schema);
        return string.Join('\n', chain.Cast<ModelTransformer>().Select(stage =>
            $"{stage.GetType().Name} {stage.Stage.Settings with { Options = null }} {ContentHash.Of(stage.Model)} " +
            $"{(stage.Stage.Reference is { } reference ? ContentHash.Of(reference) : "-")}").Append(string.Join(',', schema.Select(c => c.Name))));
    }

    // The file of format 1.0 with nothing of it compressed.
    private static byte[] StoreUncompressed(string path)
    {
        using (var from = ZipFile.OpenRead(Golden.Path("saved/v1.zip")))
        using (var to = ZipFile.Open(path, ZipArchiveMode.Create))
            foreach (var entry in from.Entries)
            {
                using var source = entry.Open();
                using var target = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                source.CopyTo(target);
            }

        return File.ReadAllBytes(path);
    }
}
