using System.Text.Json.Nodes;
using LLama;
using LLama.Common;
using Samples.Terminal;

namespace Samples.Export;

/// <summary>Says what a GGUF file, a model's folder, an adapter's folder or a saved pipeline is.</summary>
internal static class InspectCommand
{
    private const string AdapterConfig = "adapter_config.json";
    private const int LongestValue = 100;

    /// <exception cref="UsageException">There is nothing at the path.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        if (args is not [var path])
            throw new UsageException("inspect: what? Give one GGUF file, model folder, adapter folder or saved pipeline.");
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UsageException($"There is nothing at '{path}'.");
        stop.ThrowIfCancellationRequested();
        PrintSizes(path);
        if (File.Exists(Path.Combine(path, AdapterConfig)))
            PrintAdapter(Path.Combine(path, AdapterConfig));
        else
            PrintModel(path);
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            PrintMetadata(path);
        return 0;
    }

    private static void PrintSizes(string path)
    {
        var files = Directory.Exists(path) ? new DirectoryInfo(path).GetFiles() : [new FileInfo(path)];
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            Console.WriteLine($"{file.Length,14:N0} bytes  {file.Name}");
    }

    private static void PrintAdapter(string config)
    {
        var settings = JsonNode.Parse(File.ReadAllText(config))!;
        Console.WriteLine($"an adapter: {settings["peft_type"]}, on {settings["base_model_name_or_path"] ?? "an unnamed base"}");
        foreach (var key in (string[])["r", "lora_alpha", "use_rslora", "use_dora", "target_modules", "modules_to_save", "rank_pattern"])
            if (settings[key] is { } value)
                Console.WriteLine($"  {key,-16} {value.ToJsonString()}");
    }

    private static void PrintModel(string path)
    {
        using var model = SavedModel.Open(path);
        Console.Write(model.Describe());
        var tokenizer = model.Tokenizer;
        Console.WriteLine($"tokenizer: {tokenizer.VocabularySize} tokens, before a text [{string.Join(", ", tokenizer.Prefix)}], behind it [{string.Join(", ", tokenizer.Suffix)}]");
        Console.WriteLine(model.ChatTemplate is { } template
            ? $"chat template ({template.Source.Length} characters); a question is rendered as\n{template.Render([new("user", "A question?")], addGenerationPrompt: true)}"
            : "no chat template");
    }

    private static void PrintMetadata(string path)
    {
        LlamaCppChat.BeQuiet();
        using var file = LLamaWeights.LoadFromFile(new ModelParams(path) { VocabOnly = true });
        Console.WriteLine("metadata, as llama.cpp reads it:");
        foreach (var (key, value) in file.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Console.WriteLine($"  {key,-44} {(value.Length > LongestValue ? value[..LongestValue] + "…" : value).ReplaceLineEndings("\\n")}");
    }
}
