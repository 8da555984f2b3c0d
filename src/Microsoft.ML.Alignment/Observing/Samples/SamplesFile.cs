using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Samples;

/// <summary>An answer to one of the fixed prompts, as it is kept.</summary>
/// <param name="Step">Optimizer steps done; 0 is before training.</param>
/// <param name="Prompt">The text of the prompt, as the user gave it.</param>
/// <param name="Answer">What the model wrote, without its end token.</param>
/// <param name="Tokens">Its length, end token included.</param>
/// <param name="Ended">Whether an end token came before the limit.</param>
internal sealed record KeptAnswer(int Step, string Prompt, string Answer, int Tokens, bool Ended);

/// <summary>
/// The answers to the fixed prompts as JSON Lines: a line an answer, so that two runs, or two steps of one, can be compared by diff.
/// </summary>
internal sealed class SamplesFile : IDisposable
{
    private const string FileName = "samples.jsonl";
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly StepLines _lines;

    private SamplesFile(StepLines lines) => _lines = lines;

    /// <summary>Whether a stage has answers already; one that writes none, such as a reward model, has no file.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Opens the file of a stage to go on behind a step.</summary>
    /// <inheritdoc cref="StepLines.Open"/>
    /// <param name="folder">The folder of the stage.</param>
    /// <param name="afterStep">The step of the checkpoint that training goes on from; null begins anew.</param>
    public static SamplesFile Open(string folder, int? afterStep) => new(StepLines.Open(Path.Combine(folder, FileName), afterStep));

    /// <summary>The answers of a stage so far.</summary>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static IReadOnlyList<KeptAnswer> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return FileErrors.Place<IReadOnlyList<KeptAnswer>>(path, () => [.. StepLines.Read(path).Select(line => line.Deserialize<KeptAnswer>(Names)!)]);
    }

    public void Append(KeptAnswer answer) => _lines.Append((JsonObject)JsonSerializer.SerializeToNode(answer, Names)!);

    public void Dispose() => _lines.Dispose();
}
