using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Microsoft.ML.Alignment.Observing.Metrics;
using static Microsoft.ML.Alignment.Tests.Observing.Metrics.MetricsFileTests;

namespace Microsoft.ML.Alignment.Tests.Observing.Metrics;

/// <summary>What is written is read back with Google's reader and a checksum computed bit by bit.</summary>
public sealed class TensorBoardFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new(new(2026, 11, 25, 3, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheChecksumIsTheStandardsMasked()
    {
        var check = Crc(Encoding.ASCII.GetBytes("123456789"));
        check.Should().Be(0xE3069283, "RFC 3720 and every table of CRCs");

        // Rotated right by 15 and shifted by a constant.
        MaskedCrc32C.Of(Encoding.ASCII.GetBytes("123456789")).Should().Be(unchecked(((check >> 15) | (check << 17)) + 0xA282EAD8));
    }

    [Fact]
    public void ScalarsAreReadBack()
    {
        Write(null, Step(3, ("loss", 0.5), ("rewards/margins", -1.25)), Evaluated(300, ("loss", 0.25)));

        var events = Events(Files().Single());

        var time = _clock.GetUtcNow().ToUnixTimeSeconds();
        events[0].Should().BeEquivalentTo(new Event(time, 0, "brain.Event:2", null, []));
        events[1].Should().BeEquivalentTo(new Event(time, 3, null, null, [("train/loss", 0.5f), ("train/rewards/margins", -1.25f)]));
        events[2].Should().BeEquivalentTo(new Event(time, 300, null, null, [("eval/loss", 0.25f)]));
        events.Should().HaveCount(3);
    }

    [Fact]
    public void AResumedStageBeginsASessionBehindItsCheckpoint()
    {
        Write(null, Step(1, ("loss", 2)), Step(2, ("loss", 1)));

        Write(1, Step(2, ("loss", 3)));

        Files().Should().HaveCount(2).And.BeInAscendingOrder(StringComparer.Ordinal);
        Events(Files()[1])[1].Should().BeEquivalentTo(new Event(_clock.GetUtcNow().ToUnixTimeSeconds(), 2, null, 1, []));
    }

    [Fact]
    public void ABeginningAnewRemovesOlderFiles()
    {
        Write(null, Step(1, ("loss", 2)));

        Write(null, Step(1, ("loss", 3)));

        Events(Files().Should().ContainSingle().Which)[1].Scalars.Should().Equal(("train/loss", 3f));
    }

    private string[] Files() => [.. Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal)];

    private void Write(int? afterStep, params MetricsPoint[] points)
    {
        using var file = new TensorBoardFile(_folder.Path, afterStep, _clock);
        Array.ForEach(points, file.Append);
    }

    private static List<Event> Events(string path)
    {
        var events = new List<Event>();
        var rest = File.ReadAllBytes(path).AsSpan();
        while (rest.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]).Should().Be(Masked(rest[..8]));
            var data = rest.Slice(12, length);
            BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]).Should().Be(Masked(data));
            events.Add(ReadEvent(data.ToArray()));
            rest = rest[(16 + length)..];
        }

        return events;
    }

    private static Event ReadEvent(byte[] data)
    {
        var found = new Event(0, 0, null, null, []);
        using var reader = new CodedInputStream(data);
        while (reader.ReadTag() is var tag and not 0)
            found = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag)) switch
            {
                (1, WireFormat.WireType.Fixed64) => found with { Time = reader.ReadDouble() },
                (2, WireFormat.WireType.Varint) => found with { Step = reader.ReadInt64() },
                (3, WireFormat.WireType.LengthDelimited) => found with { Version = reader.ReadString() },
                (5, WireFormat.WireType.LengthDelimited) => found with { Scalars = [.. ReadSummary(reader.ReadBytes().ToByteArray())] },
                (7, WireFormat.WireType.LengthDelimited) => found with { SessionStatus = ReadStatus(reader.ReadBytes().ToByteArray()) },
                _ => throw new InvalidDataException($"tag {tag}"),
            };
        return found;
    }

    private static int ReadStatus(byte[] data)
    {
        using var reader = new CodedInputStream(data);
        reader.ReadTag().Should().Be(8, "field 1, a number");
        return reader.ReadInt32();
    }

    private static List<(string, float)> ReadSummary(byte[] data)
    {
        var scalars = new List<(string, float)>();
        using var reader = new CodedInputStream(data);
        while (reader.ReadTag() is var tag and not 0)
        {
            tag.Should().Be(10, "field 1, a message");
            using var value = new CodedInputStream(reader.ReadBytes().ToByteArray());
            value.ReadTag().Should().Be(10, "field 1, text");
            var name = value.ReadString();
            value.ReadTag().Should().Be(21, "field 2, four bytes");
            scalars.Add((name, value.ReadFloat()));
        }

        return scalars;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes) => unchecked(((Crc(bytes) >> 15) | (Crc(bytes) << 17)) + 0xA282EAD8);

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        const uint Castagnoli = 0x82F63B78;
        var crc = 0xFFFFFFFF;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ Castagnoli : crc >> 1;
        }

        return ~crc;
    }

    private sealed record Event(double Time, long Step, string? Version, int? SessionStatus, List<(string, float)> Scalars);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
