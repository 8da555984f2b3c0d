using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>What a network of any family does beside its numbers: packed rows, key-value cache, reduced precision, fresh weights.</summary>
public sealed class FamilyTests
{
    private static readonly int[] Prompt = [1, 17, 30, 4, 19, 101, 7, 8, 9, 55, 3];
    private static readonly int[] Chosen = [8, 21, 2];
    private static readonly int[] Rejected = [9, 3, 33, 11, 5, 2, 77, 12, 13, 14, 15, 16];

    /// <summary>A folder of golden models for each way in which families differ; windows of 8 end within these sequences.</summary>
    public static TheoryData<string> Families =>
        ["gemma2", "gemma3", "gpt2", "granite", "llama-bias", "llama-rope-yarn", "mistral", "olmo2", "phi3", "qwen2", "qwen3", "smollm3"];

    [SharedTheory]
    [MemberData(nameof(Families))]
    public void SharedPromptGivesTheLogProbsAndGradientsOfSeparateSequences(string name)
    {
        using var model = TestModels.Load(Golden.Path($"models/{name}")).TrainableOwned();
        var (packedRows, packedTargets) = PackedExamples.Of(2, Prompt, Chosen, Rejected);
        var packed = Gradients(model, () => model.LogProbs(packedRows, packedTargets, default).Sum);
        var separate = Gradients(model, () => cat(
        [
            .. new[] { Chosen, Rejected }.Select(completion =>
            {
                var (rows, targets) = PackedExamples.Of(Prompt, completion);
                return model.LogProbs(rows, targets, default).Sum;
            }),
        ]));

        packed.Should().HaveSameCount(separate).And.OnlyContain(gradient => gradient.Any(value => value != 0));
        for (var i = 0; i < packed.Length; i++)
            TestModels.Difference(packed[i], separate[i]).Should().BeLessThan(1e-4 * Math.Max(1, separate[i].Max(Math.Abs)));
    }

    [SharedTheory]
    [MemberData(nameof(Families))]
    public void ACompletionIsWrittenAsPassesOverTheWholeTextWouldWriteIt(string name)
    {
        using var model = TestModels.Load(Golden.Path($"models/{name}"));
        int[][] prompts = [Prompt, [1, 44], [.. Prompt, .. Rejected]];
        var written = Alignment.Generation.Generator.Complete(model, prompts, new() { MaxNewTokens = 14 });
        for (var i = 0; i < prompts.Length; i++)
            foreach (var length in Enumerable.Range(0, written[i].Ids.Length))
            {
                var next = PlainModel.NextLogProbs(model, [.. prompts[i], .. written[i].Ids[..length]]);
                next[written[i].Ids[length]].Should().BeApproximately(next.Max(), 1e-4);
            }
    }

    [SharedTheory]
    [MemberData(nameof(Families))]
    public void BFloat16LogitsAreCloseToFloat32Ones(string name)
    {
        using var model = TestModels.Load(Golden.Path($"models/{name}"));
        var rows = PackedSequences.Of([[.. Prompt, .. Chosen]]);
        var exact = TestModels.Logits(model, rows);
        var narrow = TestModels.Logits(model, rows, Precision.BFloat16);
        var deviation = Math.Sqrt(exact.Zip(narrow, (a, b) => ((double)a - b) * (a - b)).Sum() / exact.Sum(value => (double)value * value));
        deviation.Should().BeInRange(1e-5, 0.06, "eight bits of mantissa are rounded to");
    }

    [SharedTheory]
    [MemberData(nameof(Families))]
    public void AFreshModelHasWeightsThatAreSavedAndLoadedBitForBit(string name)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = ModelTokenizer.FromJson(File.ReadAllText(Path.Combine(Golden.Shared(StoriesModel.Folder), "tokenizer.json")));
        using var model = LanguageModel.Create(WithVocabulary(name, tokenizer.VocabularySize), tokenizer, seed: 3);
        model.SavePretrained(folder["saved"]);
        using var loaded = PretrainedModel.Load(folder["saved"]);
        var rows = PackedSequences.Of([Prompt]);
        TestModels.Logits(loaded, rows).Should().Equal(TestModels.Logits(model, rows)).And.OnlyContain(logit => float.IsFinite(logit));
    }

    /// <summary>A family's configuration for another vocabulary.</summary>
    internal static string WithVocabulary(string name, int size)
    {
        var config = JsonNode.Parse(Golden.Text($"models/{name}/config.json"))!.AsObject();
        config["vocab_size"] = size;
        return config.ToJsonString();
    }

    private static float[][] Gradients(LanguageModel model, Func<Tensor> logProbs)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in model.TrainableParameters)
            parameter.grad = null;
        logProbs().sum().backward();
        return [.. model.TrainableParameters.Select(p => p.grad!.data<float>().ToArray())];
    }
}
