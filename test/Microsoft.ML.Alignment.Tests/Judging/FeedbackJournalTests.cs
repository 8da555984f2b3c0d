using System.Text.Json;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment.Tests.Judging;

public sealed class FeedbackJournalTests
{
    [Fact]
    public void ALineThatFoundNoRoomLeavesNothingBeforeTheNext()
    {
        using var folder = new TemporaryFolder();
        var disk = new SmallDisk();
        using (var journal = new FeedbackJournal(disk))
        {
            Append(journal, "first");
            disk.IsFull = true;
            FluentActions.Invoking(() => Append(journal, "second")).Should().Throw<IOException>();
            journal.Find("second").Should().BeNull();
            disk.IsFull = false;
            Append(journal, "third");
        }

        var path = Path.Combine(folder.Path, "journal.jsonl");
        File.WriteAllBytes(path, disk.ToArray());
        using var read = FeedbackJournal.Open(path);
        read.Find("first")!.Value.GetString().Should().Be("answer to first");
        read.Find("second").Should().BeNull();
        read.Find("third").Should().NotBeNull();
    }

    [Fact]
    public void LinesThatWereEmptiedAreCountedAndDoNoHarm()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "journal.jsonl");
        using (var journal = FeedbackJournal.Open(path))
            Append(journal, "first");
        File.WriteAllText(path, $"\n \r\n{File.ReadAllText(path)}{{}}\n");

        FluentActions.Invoking(() => FeedbackJournal.Open(path)).Should().Throw<InvalidDataException>().WithMessage("*line 4 is damaged*");
        File.WriteAllText(path, File.ReadAllText(path).Replace("{}", "", StringComparison.Ordinal));
        using var read = FeedbackJournal.Open(path);
        read.Find("first").Should().NotBeNull();
    }

    private static void Append(FeedbackJournal journal, string key) => journal.Append(key, JsonSerializer.SerializeToElement("answer to " + key));

    private sealed class SmallDisk : MemoryStream
    {
        public bool IsFull { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(IsFull ? buffer[..(buffer.Length / 2)] : buffer);
            if (IsFull)
                throw new IOException("No space left on device.");
        }
    }
}
