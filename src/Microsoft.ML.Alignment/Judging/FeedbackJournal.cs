using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>
/// Answers by the hash of their question, in a file that only grows: JSON Lines with <c>key</c>, <c>value</c> and the <c>sha256</c> of the
/// two. The line that a killed process was writing is cut away.
/// </summary>
internal sealed class FeedbackJournal : IDisposable
{
    private readonly Stream _file;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, JsonElement> _values = [];

    /// <param name="file">What it writes to, unbuffered, at its end; the journal's to dispose.</param>
    internal FeedbackJournal(Stream file) => _file = file;

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FeedbackJournal Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var journal = new FeedbackJournal(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        try
        {
            journal.ReadAll(path);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public JsonElement? Find(string key) => _values.TryGetValue(key, out var value) ? value : null;

    public void Append(string key, JsonElement value)
    {
        var line = Encoding.UTF8.GetBytes(Line(key, value) + "\n");
        lock (_lock)
        {
            var end = _file.Position;
            try
            {
                _file.Write(line);
            }
            catch
            {
                _file.SetLength(end); // of a line that found no room nothing stays before the next
                throw;
            }
        }

        _values[key] = value;
    }

    public void Dispose() => _file.Dispose();

    private static string Line(string key, JsonElement value) => new JsonObject
    {
        ["key"] = key,
        ["value"] = JsonNode.Parse(value.GetRawText()),
        ["sha256"] = RequestKey.Hash(key + JsonSerializer.Serialize(value, Json)),
    }.ToJsonString(Json);

    private void ReadAll(string path)
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var (index, line) in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n').Index())
            if (!string.IsNullOrWhiteSpace(line))
                Read(line, $"'{path}', line {index + 1}");
        _file.SetLength(whole);
        _file.Position = whole;
    }

    private void Read(string line, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var key = document.RootElement.GetProperty("key").GetString()!;
            var value = document.RootElement.GetProperty("value").Clone();
            if (document.RootElement.GetProperty("sha256").GetString() != RequestKey.Hash(key + JsonSerializer.Serialize(value, Json)))
                throw new JsonException("its content does not have the hash beside it.");
            _values[key] = value;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{place} is damaged: {e.Message} Remove the line; its question is asked again.", e);
        }
    }
}
