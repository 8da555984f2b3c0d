using System.Diagnostics;
using Microsoft.ML.Alignment.Generation;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures greedy generation.</summary>
internal static class GenerationBenchmark
{
    private const int PromptTokens = 64;
    private const int NewTokens = 128;

    public static Measurement Run(Arguments arguments, int batch, Precision precision)
    {
        using var model = new MLContext().Alignment().LoadModel(arguments.ModelPath);
        var prompts = Prompts(model, File.ReadAllText(arguments.DataPath), batch);
        var warmup = new GenerationOptions { MaxNewTokens = 4 };
        Generator.Complete(model, prompts, warmup, precision);
        var start = Stopwatch.GetTimestamp();
        var completions = Generator.Complete(model, prompts, warmup with { MaxNewTokens = NewTokens }, precision);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return Measurements.Of(model) with { TokensPerSecond = completions.Sum(completion => completion.Ids.Length) / seconds };
    }

    // Different pieces of running text, so that no two rows share their prompt.
    private static int[][] Prompts(LanguageModel model, string text, int batch)
    {
        var ids = model.Tokenizer.EncodeText(text[..Math.Min(text.Length, 100_000)]);
        return [.. Enumerable.Range(0, batch).Select(row => ids[(row * PromptTokens)..((row + 1) * PromptTokens)])];
    }
}
