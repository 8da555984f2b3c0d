using System.Buffers.Binary;
using System.Globalization;

namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>
/// The history of a stage as TensorBoard reads it. Tags are those of transformers: <c>train/</c> or <c>eval/</c> before the metric's name.
/// </summary>
/// <remarks>
/// A file is a row of records, each with its length and the checksums of both; a record is an <c>Event</c> message. A resumed stage writes
/// another file that begins with a session start, at which TensorBoard drops what the files before it say of later steps.
/// </remarks>
internal sealed class TensorBoardFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private const int SessionStart = 1;

    private readonly FileStream _stream;
    private readonly TimeProvider _clock;

    /// <param name="folder">The folder of the stage.</param>
    /// <param name="afterStep">
    /// The step of the checkpoint that training goes on from; null begins anew, and removes older event files.
    /// </param>
    /// <param name="clock">Tells when an event happened.</param>
    public TensorBoardFile(string folder, int? afterStep, TimeProvider clock)
    {
        _clock = clock;
        var older = Directory.GetFiles(folder, "events.out.tfevents.*");
        if (afterStep is null)
            Array.ForEach(older, File.Delete);
        _stream = new(NewPath(folder), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        Write(Event(0).Text(3, Version));
        if (afterStep is { } last)
            Write(Event(last + 1).Message(7, new ProtocolBuffer().Integer(1, SessionStart)));
    }

    /// <summary>Adds the scalars of a point.</summary>
    public void Append(MetricsPoint point)
    {
        var summary = new ProtocolBuffer();
        foreach (var (name, value) in point.Values)
            summary.Message(1, new ProtocolBuffer().Text(1, (point.IsEvaluation ? "eval/" : "train/") + name).Float(2, (float)value));
        Write(Event(point.Step).Message(5, summary));
    }

    public void Dispose() => _stream.Dispose();

    private ProtocolBuffer Event(int step) =>
        new ProtocolBuffer().Double(1, _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1e3).Integer(2, step);

    private void Write(ProtocolBuffer message)
    {
        var data = message.ToArray();
        Span<byte> header = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[sizeof(ulong)..], MaskedCrc32C.Of(header[..sizeof(ulong)]));
        Span<byte> footer = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedCrc32C.Of(data));
        _stream.Write(header);
        _stream.Write(data);
        _stream.Write(footer);
        _stream.Flush();
    }

    // TensorBoard reads the files of a folder in the order of their names.
    private string NewPath(string folder)
    {
        for (var second = _clock.GetUtcNow().ToUnixTimeSeconds(); ; second++)
        {
            var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{second:D10}.alignment"));
            if (!File.Exists(path))
                return path;
        }
    }
}
