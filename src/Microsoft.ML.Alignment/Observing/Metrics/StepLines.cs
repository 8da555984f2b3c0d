using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>A file of JSON Lines that grows while a stage trains and can be cut back to a step.</summary>
internal sealed class StepLines : IDisposable
{
    /// <summary>The property that every line has: optimizer steps done.</summary>
    public const string Step = "step";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _stream;

    private StepLines(string path) => _stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);

    /// <summary>Opens a file to go on behind a step. What it says of later steps is dropped, and a last line that was cut short.</summary>
    /// <param name="path">The file; it need not be there.</param>
    /// <param name="afterStep">The step of the checkpoint that training goes on from; null begins anew.</param>
    /// <exception cref="InvalidDataException">A line is no object with a step.</exception>
    public static StepLines Open(string path, int? afterStep)
    {
        var kept = afterStep is { } last ? Lines(path).Where(line => line.Object[Step]!.GetValue<int>() <= last) : [];
        byte[] bytes = [.. kept.SelectMany(line => line.Bytes)];
        AtomicFile.Write(path, target => target.Write(bytes));
        return new(path);
    }

    /// <summary>The lines of a file; none if it is not there. A last line that was cut short is left out.</summary>
    /// <exception cref="InvalidDataException">A line is no object with a step.</exception>
    public static IReadOnlyList<JsonObject> Read(string path) => [.. Lines(path).Select(line => line.Object)];

    /// <summary>Adds a line. It is with the operating system, though perhaps not on the disk, when this returns.</summary>
    public void Append(JsonObject line)
    {
        JsonSerializer.Serialize(_stream, line, Readable);
        _stream.WriteByte((byte)'\n');
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();

    private static IEnumerable<(byte[] Bytes, JsonObject Object)> Lines(string path)
    {
        if (!File.Exists(path))
            yield break;
        var bytes = File.ReadAllBytes(path);
        for (int start = 0, number = 1; bytes.AsSpan(start).IndexOf((byte)'\n') is var length and >= 0; start += length + 1, number++)
        {
            var line = bytes[start..(start + length + 1)];
            yield return (line, Parse(line, path, number));
        }
    }

    private static JsonObject Parse(byte[] line, string path, int number)
    {
        try
        {
            if (JsonNode.Parse(line) is JsonObject found && found[Step] is JsonValue step && step.TryGetValue<int>(out _))
                return found;
        }
        catch (Exception e) when (FileErrors.IsOfParsing(e))
        {
            throw Damaged(path, number, e);
        }

        throw Damaged(path, number, null);
    }

    private static InvalidDataException Damaged(string path, int number, Exception? cause) => new(
        $"'{path}', line {number}, is no JSON object with a whole number \"{Step}\". Restore the file, or move it away to begin a new one.",
        cause);
}
