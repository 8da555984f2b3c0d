using System.Globalization;
using LLama.Native;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>Quantised files beside those that llama.cpp's own quantiser makes of the same float32 file.</summary>
[Collection(LlamaCppRuns.Name)]
public sealed class QuantizedFilesTests : IDisposable
{
    private static readonly GgufOptions Short = new() { Prompts = ["A question?"], MaxNewTokens = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(GgufType.Q4_0, LLamaFtype.MOSTLY_Q4_0)]
    [InlineData(GgufType.Q4_1, LLamaFtype.MOSTLY_Q4_1)]
    [InlineData(GgufType.Q4_K_M, LLamaFtype.MOSTLY_Q4_K_M)]
    [InlineData(GgufType.Q5_K_M, LLamaFtype.MOSTLY_Q5_K_M)]
    [InlineData(GgufType.Q6_K, LLamaFtype.MOSTLY_Q6_K)]
    public void TensorsHaveTheEncodingsOfLlamaCppsQuantiserAndNoLargerErrors(GgufType type, LLamaFtype theirs)
    {
        using var model = Model(layers: 9, width: 256);
        model.SaveGguf(_folder["f32.gguf"], GgufType.F32, Short);
        model.SaveGguf(_folder["ours.gguf"], type, Short);
        Quantise(_folder["f32.gguf"], _folder["theirs.gguf"], theirs);

        using var original = GgufFile.Open(_folder["f32.gguf"]);
        using var ours = GgufFile.Open(_folder["ours.gguf"]);
        using var reference = GgufFile.Open(_folder["theirs.gguf"]);
        foreach (var name in original.Names)
        {
            ours.Tensor(name).Encoding.Should().Be(reference.Tensor(name).Encoding, name);
            var values = ComputedTensor.ValuesOf(original.Tensor(name));
            Error(ours, name, values).Should().BeLessThanOrEqualTo(Error(reference, name, values), name);
        }

        using var file = new LlamaCppModel(_folder["ours.gguf"], 64);
        using var read = PretrainedModel.Load(_folder["ours.gguf"]);
        var logits = TestModels.Logits(read, PackedSequences.Of([[5, 9, 40, 41]]));
        var expected = logits[^(logits.Length / 4)..];
        TestModels.Difference(file.Logits([5, 9, 40, 41]), expected).Should().BeLessThan(0.1 * expected.Max(Math.Abs), "activations are rounded to 8 bits there");
    }

    private static LanguageModel Model(int layers, int width) => LanguageModel.Create(
        string.Create(CultureInfo.InvariantCulture, $$"""
            {"model_type": "llama", "vocab_size": 211, "hidden_size": {{width}}, "intermediate_size": 320, "num_hidden_layers": {{layers}}, "num_attention_heads": 8,
             "num_key_value_heads": 4, "max_position_embeddings": 96, "rms_norm_eps": 1e-5, "initializer_range": 0.05, "bos_token_id": 1, "eos_token_id": 2,
             "rope_theta": 10000.0}
            """),
        ModelTokenizer.FromJson(SayableFamily.Tokenizer()), seed: 3);

    private static void Quantise(string from, string to, LLamaFtype type)
    {
        LlamaCppModel.Start();
        var parameters = LLamaModelQuantizeParams.Default();
        (parameters.ftype, parameters.nthread) = (type, 2);
        NativeApi.llama_model_quantize(from, to, ref parameters).Should().Be(0u);
    }

    private static double Error(GgufFile file, string name, float[] values) =>
        ComputedTensor.ValuesOf(file.Tensor(name)).Zip(values, (a, b) => (double)(a - b) * (a - b)).Sum();
}
