using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.Json;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>
/// All that the result of a stage is a function of, by name: options, data, the model that came in, kernel, threads and versions. A stage
/// goes on only where it is the same.
/// </summary>
internal sealed class RunIdentity
{
    private const string TrainingKey = "training";
    private const string KernelKey = "matrix kernel";
    private const string ThreadsKey = "threads";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly SortedDictionary<string, string> _facts = new(StringComparer.Ordinal);

    /// <param name="training">How the stage trains.</param>
    /// <param name="options">
    /// The method's options; null where there are none. What they say of training is resolved in <paramref name="training"/>.
    /// </param>
    public RunIdentity(ResolvedTraining training, JsonElement? options)
    {
        Add(TrainingKey, JsonSerializer.SerializeToElement(training, Json));
        if (options is { ValueKind: JsonValueKind.Object } chosen)
            foreach (var option in chosen.EnumerateObject().Where(option => option.Name != TrainingKey))
                Add($"options.{option.Name}", option.Value);
        var runtime = AlignmentRuntime.Current;
        this[KernelKey] = runtime.MatrixKernel.ToString();
        this[ThreadsKey] = runtime.Threads!.Value.ToString(CultureInfo.InvariantCulture);
        this["Microsoft.ML.Alignment"] = VersionOf(typeof(RunIdentity));
        this["TorchSharp"] = VersionOf(typeof(torch));
    }

    /// <summary>Gets all facts, in the order of their names.</summary>
    public IReadOnlyDictionary<string, string> Facts => _facts;

    /// <summary>Sets a fact.</summary>
    public string this[string name]
    {
        set => _facts[name] = value;
    }

    /// <summary>What differs from the facts of a checkpoint, a sentence each; none if nothing does.</summary>
    public IReadOnlyList<string> DifferencesFrom(IReadOnlyDictionary<string, string> recorded) =>
    [
        .. from name in _facts.Keys.Union(recorded.Keys).Order(StringComparer.Ordinal)
           let now = _facts.GetValueOrDefault(name, "absent")
           let then = recorded.GetValueOrDefault(name, "absent")
           where now != then
           select $"{name} is {now}, it was {then}",
    ];

    /// <summary>How the process computed that recorded these facts.</summary>
    /// <exception cref="InvalidDataException">They do not say.</exception>
    public static AlignmentRuntimeOptions RuntimeOf(IReadOnlyDictionary<string, string> recorded) =>
        Enum.TryParse<MatrixKernel>(recorded.GetValueOrDefault(KernelKey), out var kernel)
        && int.TryParse(recorded.GetValueOrDefault(ThreadsKey), NumberStyles.None, CultureInfo.InvariantCulture, out var threads) && threads > 0
            ? new() { MatrixKernel = kernel, Threads = threads }
            : throw new InvalidDataException($"A checkpoint does not name its {KernelKey} and its {ThreadsKey}.");

    private void Add(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            foreach (var property in value.EnumerateObject())
                Add($"{path}.{property.Name}", property.Value);
        else
            this[path] = value.ToString();
    }

    private static string VersionOf(Type type) => type.Assembly.GetName().Version!.ToString();
}
