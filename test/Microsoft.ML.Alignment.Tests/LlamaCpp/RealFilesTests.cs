using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>llama.cpp reads files of real models and of real kinds of tokenizers, and says what we say.</summary>
[Collection(LlamaCppRuns.Name)]
public sealed class RealFilesTests : IDisposable
{
    private const string Stories = "models/stories260K";
    private const string SmolLM = "models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf";

    private static readonly GgufOptions Short = new() { Prompts = ["Who are you?"], MaxNewTokens = 8 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory(Stories, "golden/peft/stories260K")]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.F16)]
    public void StoriesWithMergedAdaptersGoesOnAsWeDo(GgufType type)
    {
        using var model = PretrainedModel.Load(Golden.Shared(Stories));
        using var first = model.LoadAdapter(Golden.Path("peft/stories260K/first"));
        using var adapted = first.LoadAdapter(Golden.Path("peft/stories260K/second"));
        adapted.SaveGguf(_folder["x.gguf"], type, Short).Findings.Should().BeEmpty();
        using var ours = PretrainedModel.Load(_folder["x.gguf"]);
        using var file = new LlamaCppModel(_folder["x.gguf"]);
        LlamaCppChecks.HasOurIds(file, model);
        foreach (var text in (string[])["Once upon a time", "The dog was happy", "Tom and Lily"])
            LlamaCppChecks.GoesOnAsWeDo(file, ours, model.Tokenizer.EncodeWithSpecialTokens(text)).Should().BeGreaterThan(8);
    }

    [SharedTheory(SmolLM)]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.F16)]
    public void SmolLMTokenizesAndGoesOnAsWeDo(GgufType type)
    {
        using var model = PretrainedModel.Load(Golden.Shared(SmolLM));
        var certificate = model.SaveGguf(_folder["x.gguf"], type, Short);
        certificate.Findings.Should().BeEmpty();
        using var file = new LlamaCppModel(_folder["x.gguf"]);
        LlamaCppChecks.HasOurIds(file, model);
        var prompt = model.ChatTemplate!.Render([new("user", "What is the capital of France?")], addGenerationPrompt: true);
        LlamaCppChecks.GoesOnAsWeDo(file, model, model.Tokenizer.EncodeMarkup(prompt)).Should().BeGreaterThan(8);
        model.Config.EosTokenIds.Should().OnlyContain(id => file.Ends(id));
    }

    [SharedTheory]
    [InlineData("gpt2-style")]
    [InlineData("smollm-style")]
    [InlineData("llama3-style")]
    [InlineData("qwen2-style")]
    [InlineData("llama2-style")]
    [InlineData("gemma-style")]
    public void EveryKindOfTokenizerHasOurIds(string kind)
    {
        using var model = LanguageModel.Create(
            """
                {"model_type": "llama", "vocab_size": 1530, "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
                 "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "eos_token_id": 2, "rope_theta": 10000.0}
                """,
            ModelTokenizer.FromJson(Golden.Text($"tokenizers/{kind}/tokenizer.json")), seed: 1);
        model.SaveGguf(_folder["x.gguf"], GgufType.F16, Short).Findings.Should().BeEmpty();
        using var file = new LlamaCppModel(_folder["x.gguf"], 64);
        LlamaCppChecks.HasOurIds(file, model);
    }
}
