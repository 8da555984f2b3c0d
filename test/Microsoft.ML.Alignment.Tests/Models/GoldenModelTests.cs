using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>Tiny models of each family and kind of rotary scaling against numbers of transformers.</summary>
public sealed class GoldenModelTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string, string> Cases => new()
    {
        { "llama", ModelFiles.Config },
        { "llama-tied", ModelFiles.Config },
        { "llama-tied", "config.v4.json" },
        { "llama-sharded-bf16", ModelFiles.Config },
    };

    public static TheoryData<string, string> MoreCases => new()
    {
        { "llama3-rope", ModelFiles.Config },
        { "llama3-rope", "config.v4.json" },
        { "llama-bias", ModelFiles.Config },
        { "llama-rope-linear", ModelFiles.Config },
        { "llama-rope-yarn", ModelFiles.Config },
        { "mistral", ModelFiles.Config },
        { "qwen2", ModelFiles.Config },
        { "qwen2", "config.v4.json" },
        { "qwen3", ModelFiles.Config },
        { "smollm3", ModelFiles.Config },
        { "phi3", ModelFiles.Config },
        { "gemma2", ModelFiles.Config },
        { "gemma3", ModelFiles.Config },
        { "gemma3", "config.v4.json" },
        { "olmo2", ModelFiles.Config },
        { "granite", ModelFiles.Config },
        { "gpt2", ModelFiles.Config },
        { "llama-rope-dynamic", ModelFiles.Config },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ModelHasTheNumbersOfTheOriginal(string name, string config) => RequireGolden(Golden.Path($"models/{name}"), config);

    [SharedTheory]
    [MemberData(nameof(MoreCases))]
    public void ModelOfTheCollectionHasTheNumbersOfTheOriginal(string name, string config) => RequireGolden(Golden.Path($"models/{name}"), config);

    private static void RequireGolden(string folder, string config)
    {
        var expected = new GoldenTensors(Path.Combine(folder, "expected.safetensors"));
        using var model = TestModels.Load(folder, config);
        var prompts = Sequences(expected, "input_ids");
        var rows = PackedSequences.Of(prompts);

        TestModels.Difference(TestModels.Logits(model, rows), expected.Floats("logits")).Should().BeLessThan(Tolerance);
        TestModels.Difference(LogProbs(model, rows, prompts), expected.Floats("logps")).Should().BeLessThan(Tolerance);
        var longRows = PackedSequences.Of(Sequences(expected, "long_input_ids"));
        TestModels.Difference(TestModels.Logits(model, longRows)[^model.Config.VocabularySize..], expected.Floats("long_logits_last"))
            .Should().BeLessThan(Tolerance);

        var greedy = Sequences(expected, "greedy");
        var generated = Generator.Complete(model, prompts, new() { MaxNewTokens = greedy[0].Length });
        for (var i = 0; i < prompts.Length; i++)
            generated[i].Ids.Should().Equal(greedy[i].Take(generated[i].Ids.Length)).And.HaveCount(UpToEnd(greedy[i], model.Config.EosTokenIds));
    }

    private static float[] LogProbs(LanguageModel model, PackedRows rows, int[][] sequences)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        return model.LogProbs(rows, AllButFirst(sequences), default).Sum.data<float>().ToArray();
    }

    private static PackedTargets AllButFirst(int[][] sequences)
    {
        var length = sequences[0].Length;
        var tokens = (from s in Enumerable.Range(0, sequences.Length) from t in Enumerable.Range(1, length - 1) select (s, t)).ToArray();
        return new(
            [.. tokens.Select(x => (long)x.s * length + x.t - 1)], [.. tokens.Select(x => (long)sequences[x.s][x.t])], [.. tokens.Select(x => (long)x.s)],
            [.. sequences.Select(_ => length - 1)], [.. sequences.Select((_, s) => (long)(s + 1) * length - 1)]);
    }

    private static int UpToEnd(int[] ids, IReadOnlyList<int> ends) =>
        Array.FindIndex(ids, ends.Contains) is var end && end >= 0 ? end + 1 : ids.Length;

    private static int[][] Sequences(GoldenTensors tensors, string name) =>
        [.. tensors.Longs(name).Select(id => (int)id).Chunk((int)tensors.Shape(name)[1])];
}
