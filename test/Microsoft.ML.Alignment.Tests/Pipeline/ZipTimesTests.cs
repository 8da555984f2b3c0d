using System.IO.Compression;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class ZipTimesTests
{
    // More than 65,535 entries, or offsets above 4 GB, do not fit the fields that zips first had.
    [Theory]
    [InlineData(3, 0)]
    [InlineData(70_000, 0)]
    [InlineData(3, 5L << 30)]
    public void EveryEntryHasTheEarliestTimeAndKeepsItsContent(int count, long at)
    {
        using var zip = Zip(count, at);

        ZipTimes.Clear(zip);

        zip.Position = 0;
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        archive.Entries.Should().HaveCount(count);
        archive.Entries.Select(entry => entry.LastWriteTime.DateTime).Distinct().Should().Equal(new DateTime(1980, 1, 1));
        using var last = new StreamReader(archive.Entries[^1].Open());
        last.ReadToEnd().Should().Be($"content {count - 1}");
    }

    [Fact]
    public void ZipsOfOneContentAreEqualWhateverTheirTimes()
    {
        byte[] Bytes(DateTimeOffset time)
        {
            using var zip = Zip(4, 0, time);
            ZipTimes.Clear(zip);
            var bytes = new byte[zip.Length];
            zip.Position = 0;
            zip.ReadExactly(bytes);
            return bytes;
        }

        Bytes(new(2024, 5, 17, 3, 4, 6, default)).Should().Equal(Bytes(new(2031, 12, 1, 23, 58, 10, default)));
    }

    [Fact]
    public void WhatIsNoZipIsRefused() => FluentActions
        .Invoking(() => ZipTimes.Clear(new MemoryStream(new byte[100])))
        .Should().Throw<InvalidDataException>().WithMessage("*no zip file*");

    private static SparseStream Zip(int count, long at, DateTimeOffset? time = null)
    {
        var stream = new SparseStream { Position = at };
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        for (var index = 0; index < count; index++)
        {
            var entry = archive.CreateEntry($"entry {index}", CompressionLevel.NoCompression);
            if (time is not null)
                entry.LastWriteTime = time.Value;
            using var writer = new StreamWriter(entry.Open());
            writer.Write($"content {index}");
        }

        return stream;
    }
}
