using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment.Models;

/// <summary>How a model was trained by one stage. All but the cost is a function of data, options, seed, kernel and threads.</summary>
internal sealed record TrainingRecord
{
    /// <summary>Gets the method, in lower case, e.g. <c>dpo</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Gets the options as the user chose them.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>Gets the options of training with nothing left open, the seed among them.</summary>
    public JsonElement? Training { get; init; }

    /// <summary>Gets what it was trained on.</summary>
    public required DataRecord Data { get; init; }

    /// <summary>Gets the local time that the chat template was told while rows were read; null if it does not ask.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? TemplateTime { get; init; }

    /// <summary>Gets the SHA-256 of the weights below the adapters when the stage began, in the encoding in which they came.</summary>
    public required string BaseHash { get; init; }

    /// <summary>Gets the optimizer step whose weights the model has.</summary>
    public required int Steps { get; init; }

    /// <summary>Gets the metrics of the last step and of the last evaluation, by TRL's names.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Gets what computed it.</summary>
    public required EnvironmentRecord Environment { get; init; }

    /// <summary>Gets what it took; null if that was not kept. It lies beside the rest in a file, since no two runs agree on it.</summary>
    [JsonIgnore]
    public TrainingCost? Cost { get; init; }
}

/// <summary>The data of a stage.</summary>
/// <param name="Rows">Rows that were read.</param>
/// <param name="Used">Rows, or pairs, that were trained on.</param>
/// <param name="Skipped">Rows that were left out, by reason.</param>
/// <param name="Hash">SHA-256 of the token ids and numbers of the rows used, in their order.</param>
internal sealed record DataRecord(long Rows, long Used, IReadOnlyDictionary<string, long> Skipped, string Hash);

/// <summary>The software that a stage ran on.</summary>
/// <param name="Library">Version of this library.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="MLNet">Version of ML.NET.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="MatrixKernel">The float32 matrix kernel.</param>
/// <param name="Threads">Threads of one tensor operation.</param>
internal sealed record EnvironmentRecord(string Library, string TorchSharp, string MLNet, string Runtime, MatrixKernel MatrixKernel, int Threads);

/// <summary>What a stage took.</summary>
/// <param name="Seconds">Time of reading the data and training, of the process that ended it.</param>
/// <param name="PeakMemoryBytes">Most memory that process held until the stage ended.</param>
internal sealed record TrainingCost(double Seconds, long PeakMemoryBytes);
