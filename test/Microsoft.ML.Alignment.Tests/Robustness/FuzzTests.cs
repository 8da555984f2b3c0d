using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Tests.Checkpoints;

namespace Microsoft.ML.Alignment.Tests.Robustness;

/// <summary>
/// Files that are not as they should be: each kind is damaged many times, and opened. It is read, or refused by one of our errors that names
/// the file, in bounded time and memory.
/// </summary>
/// <remarks><c>ALIGNMENT_FUZZ=first:count</c> runs other seeds, as many as one has patience for.</remarks>
public sealed class FuzzTests : IDisposable
{
    private const int DefaultCount = 100;
    private static readonly (int First, int Count)? Wanted = Environment.GetEnvironmentVariable("ALIGNMENT_FUZZ")?.Split(':') is [var first, var count]
        ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture))
        : null;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    public void AModelsJson(string name) => Run(Model(), name, (mutation, bytes) => mutation.Json(bytes), OpenModel);

    [Fact]
    public void Safetensors() => Run(Model(), "model.safetensors", (mutation, bytes) => mutation.Safetensors(bytes), OpenModel);

    [Fact]
    public void IndexOfShards() =>
        Run(Files(Golden.Path("models/llama-sharded-bf16")), HuggingFaceFolder.Index, (mutation, bytes) => mutation.Json(bytes), OpenModel);

    [Fact]
    public void Gguf()
    {
        var file = new Dictionary<string, byte[]> { ["model.gguf"] = File.ReadAllBytes(Golden.Path("gguf/stories260K-q8_0.gguf")) };
        Run(file, "model.gguf", (mutation, bytes) => mutation.Bytes(bytes, 1 << 12), folder => OpenModel(Path.Combine(folder, "model.gguf")));
    }

    [Theory]
    [InlineData("adapter_config.json")]
    [InlineData("adapter_model.safetensors")]
    public void Adapter(string name)
    {
        using var model = StoriesModel.Load();
        Run(Files(Golden.Path("peft/stories260K/patterned")), name, Change(name), folder => model.LoadAdapter(folder).Dispose());
    }

    [Fact]
    public void StackOfAdapters()
    {
        using var model = StoriesModel.Load();
        using var with = model.LoadAdapter(Golden.Path("peft/stories260K/second"));
        with.SaveAdapters(_folder["stack"]);
        var files = Directory.GetFiles(_folder["stack"], "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(_folder["stack"], path), File.ReadAllBytes);
        Run(files, "stack.json", (mutation, bytes) => mutation.Json(bytes), folder => model.LoadAdapter(folder).Dispose());
    }

    [Fact]
    public void SavedPipeline()
    {
        var file = new Dictionary<string, byte[]> { ["v1.zip"] = File.ReadAllBytes(Golden.Path("saved/v1.zip")) };
        Run(file, "v1.zip", (mutation, bytes) => mutation.Bytes(bytes, bytes.Length), OpenPipeline);
    }

    // The zip is whole, and what is in it is another's.
    [Fact]
    public void SavedPipelineOfAnother()
    {
        var file = new Dictionary<string, byte[]> { ["v1.zip"] = File.ReadAllBytes(Golden.Path("saved/v1.zip")) };
        Run(file, "v1.zip", Repacked, OpenPipeline);
    }

    [Fact]
    public void Checkpoint()
    {
        var stage = Directory.CreateDirectory(_folder["whole"]).FullName;
        new CheckpointedRun(stage).Train();
        var files = Files(Path.Combine(stage, "finished"));
        foreach (var name in new[] { CheckpointFile.Name, "weights.safetensors" })
            Run(files, name, Change(name), folder =>
            {
                var workspace = Directory.CreateDirectory(Path.Combine(folder, "run", "finished")).Parent!.FullName;
                foreach (var part in files.Keys)
                    File.Copy(Path.Combine(folder, part), Path.Combine(workspace, "finished", part), overwrite: true);
                new CheckpointedRun(workspace).Train();
            }, DefaultCount / 4);
    }

    [Fact]
    public void JsonLines()
    {
        const string Row = """{"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}], "rejected": [{"role": "assistant", "content": "c"}], "margin": 0.5}""";
        var file = new Dictionary<string, byte[]> { ["rows.jsonl"] = System.Text.Encoding.UTF8.GetBytes(Row) };
        Run(file, "rows.jsonl", (mutation, bytes) => mutation.Json(bytes), folder =>
        {
            var view = new MLContext().Alignment().Data.LoadJsonLines(Path.Combine(folder, "rows.jsonl"));
            using var cursor = view.GetRowCursor(view.Schema);
            while (cursor.MoveNext())
                continue;
        });
    }

    [Fact]
    public void Metrics()
    {
        var file = new Dictionary<string, byte[]> { ["metrics.jsonl"] = """{"step":3,"loss":0.5,"rewards/margins":null}"""u8.ToArray() };
        Run(file, "metrics.jsonl", (mutation, bytes) => [.. mutation.Json(bytes), (byte)'\n'], folder => MetricsFile.Read(folder));
    }

    private static Func<Mutation, byte[], byte[]> Change(string name) => name.EndsWith(".json", StringComparison.Ordinal)
        ? (mutation, bytes) => mutation.Json(bytes)
        : (mutation, bytes) => mutation.Safetensors(bytes);

    private static Dictionary<string, byte[]> Model() => new(Files(Golden.Shared("models/stories260K")))
    {
        ["special_tokens_map.json"] = """{"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "additional_special_tokens": ["<unk>"]}"""u8.ToArray(),
    };

    private static Dictionary<string, byte[]> Files(string folder) => Directory.GetFiles(folder)
        .Where(path => !Path.GetFileName(path).StartsWith("expected", StringComparison.Ordinal))
        .ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);

    private static void OpenModel(string path)
    {
        using var model = new MLContext().Alignment().LoadModel(path);
        model.Logits([1, 2, 3], 3);
    }

    private static void OpenPipeline(string folder)
    {
        using var chain = (IDisposable)new MLContext().Alignment().Load(Path.Combine(folder, "v1.zip"), out _);
    }

    private static byte[] Repacked(Mutation mutation, byte[] zip)
    {
        using var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(zip)))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in from.Entries)
            {
                using var content = new MemoryStream();
                using (var source = entry.Open())
                    source.CopyTo(content);
                var bytes = entry.Name is "stage.json" or "cost.json" ? mutation.Json(content.ToArray()) : content.ToArray();
                using var target = to.CreateEntry(entry.FullName).Open();
                target.Write(bytes);
            }

        return result.ToArray();
    }

    private void Run(Dictionary<string, byte[]> files, string name, Func<Mutation, byte[], byte[]> change, Action<string> open, int usual = DefaultCount)
    {
        var (first, count) = Wanted ?? (1, usual);
        var failures = new List<string>();
        for (var seed = first; seed < first + count; seed++)
        {
            var folder = Directory.CreateDirectory(_folder[$"{name}-{seed}"]).FullName;
            foreach (var (file, bytes) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
                File.WriteAllBytes(Path.Combine(folder, file), file == name ? change(new(seed), bytes) : bytes);
            }

            if (Opening.FailureOf(() => open(folder), name) is { } failure)
                failures.Add($"seed {seed}: {failure}");
            Directory.Delete(folder, recursive: true);
        }

        failures.Should().BeEmpty();
    }
}
