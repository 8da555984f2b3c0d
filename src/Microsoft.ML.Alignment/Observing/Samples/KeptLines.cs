using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Samples;

/// <summary>
/// Texts of a stage as JSON Lines, a line each, so that two runs, or two steps of one, can be compared by diff. A stage that writes none has
/// no file.
/// </summary>
/// <typeparam name="T">What a line holds; its property <c>Step</c> says of which step.</typeparam>
internal sealed class KeptLines<T> : IDisposable
    where T : class
{
    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly string _path;
    private readonly int? _afterStep;
    private StepLines? _lines;

    /// <summary>Opens the file of a stage to go on behind a step, if it is there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="afterStep">The step of the checkpoint that training goes on from; null begins anew.</param>
    /// <exception cref="InvalidDataException">A line is no object with a step.</exception>
    public KeptLines(string path, int? afterStep)
    {
        (_path, _afterStep) = (path, afterStep);
        if (File.Exists(path))
            _lines = StepLines.Open(path, afterStep);
    }

    /// <summary>The lines of a file so far; none if it is not there.</summary>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static IReadOnlyList<T> Read(string path) =>
        FileErrors.Place<IReadOnlyList<T>>(path, () => [.. StepLines.Read(path).Select(line => line.Deserialize<T>(Names)!)]);

    public void Append(T line) =>
        (_lines ??= StepLines.Open(_path, _afterStep)).Append((JsonObject)JsonSerializer.SerializeToNode(line, Names)!);

    public void Dispose() => _lines?.Dispose();
}
