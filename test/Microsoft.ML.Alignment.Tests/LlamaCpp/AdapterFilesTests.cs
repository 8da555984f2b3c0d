using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>Adapters alone in GGUF files, which llama.cpp puts on the base.</summary>
[Collection(LlamaCppRuns.Name)]
public sealed class AdapterFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory("models/stories260K", "golden/peft/stories260K", "golden/gguf/stories260K-f32.gguf", "golden/gguf/stories260K-q8_0.gguf")]
    [InlineData("first", "gguf/stories260K-f32.gguf", 1e-4)]
    [InlineData("patterned", "gguf/stories260K-f32.gguf", 1e-4)]
    [InlineData("first+second", "gguf/stories260K-f32.gguf", 1e-4)]
    [InlineData("first+second", "gguf/stories260K-q8_0.gguf", 0.05)]
    public void LlamaCppAnswersWithThemAsWeDo(string stack, string golden, double tolerance)
    {
        using var model = Adapted(Golden.Path(golden), stack);
        model.SaveGgufAdapters(_folder["adapters"]);
        var files = Directory.GetFiles(_folder["adapters"]).Order().ToArray();
        files.Should().HaveCount(stack.Split('+').Length);

        using var file = new LlamaCppModel(Golden.Path(golden));
        int[] prompt = model.Tokenizer.EncodeWithSpecialTokens("Once upon a time there was");
        var logits = TestModels.Logits(model, PackedSequences.Of([prompt]));
        var expected = logits[^(logits.Length / prompt.Length)..];
        var alone = TestModels.Difference(file.Logits(prompt), expected);
        file.Apply(files);
        TestModels.Difference(file.Logits(prompt), expected).Should().BeLessThan(tolerance * expected.Max(Math.Abs)).And.BeLessThan(alone / 4);
    }

    private static LanguageModel Adapted(string path, string stack)
    {
        var model = PretrainedModel.Load(path);
        foreach (var name in stack.Split('+'))
        {
            using var below = model;
            model = below.LoadAdapter(Golden.Path($"peft/stories260K/{name}"));
        }

        return model;
    }
}
