using System.Diagnostics;
using Microsoft.ML.Alignment.Generation;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures greedy generation, the reading of the prompts included.</summary>
internal static class GenerationBenchmark
{
    private const int PromptTokens = 64;
    private const int NewTokens = 128;
    private const int WarmupTokens = 4;

    /// <summary>Characters that surely hold enough tokens for the prompts.</summary>
    private const int TextLength = 100_000;

    public static Measurement Run(Arguments arguments, int batch, Precision precision)
    {
        using var model = new MLContext().Alignment().LoadModel(arguments.ModelPath);
        var prompts = Prompts(model, File.ReadAllText(arguments.DataPath), batch);
        Generator.Complete(model, prompts, new() { MaxNewTokens = WarmupTokens }, precision);
        var start = Stopwatch.GetTimestamp();
        var completions = Generator.Complete(model, prompts, new() { MaxNewTokens = NewTokens }, precision);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var tokens = completions.Sum(completion => completion.Ids.Length);
        var ended = completions.Count(completion => completion.Ended);
        return new()
        {
            Tokens = tokens,
            Rows = batch,
            Seconds = seconds,
            Weights = Measurement.WeightsOf(model),
            Notes = [$"wrote {tokens} of at most {batch * NewTokens} tokens; {ended} of {batch} completions ended by themselves"],
        };
    }

    // Different pieces of running text, so that no two rows share their prompt.
    private static int[][] Prompts(LanguageModel model, string text, int batch)
    {
        var ids = model.Tokenizer.EncodeText(text[..Math.Min(text.Length, TextLength)]);
        return [.. ids.Chunk(PromptTokens).Take(batch)];
    }
}
