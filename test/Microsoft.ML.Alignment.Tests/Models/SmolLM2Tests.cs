using System.Text.Json;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>A real chat model, quantised to four bits, against float32 numbers of its dequantised weights.</summary>
public sealed class SmolLM2Tests
{
    private const string Folder = "models/SmolLM2-135M-Instruct";
    private const double LogitTolerance = 1e-3; // logits reach 35
    private const double LogProbTolerance = 1e-3;
    private const double SmallestMargin = 0.002;

    [SharedFact(Folder)]
    public void QuantisedModelHasTheNumbersOfItsDequantisedWeights()
    {
        var pretrained = GgufModel.Read(Golden.Shared($"{Folder}/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var model = LanguageModel.Load(pretrained.Files, pretrained.Weights, Folder);
        using var document = JsonDocument.Parse(File.ReadAllText(Golden.Shared($"{Folder}/expected.json")));
        var chats = document.RootElement.GetProperty("chats").EnumerateArray().ToArray();
        RequireTopLogits(model, chats);
        RequireGreedyTokens(model, chats);
        var prompts = chats.Select(chat => Ints(chat, "input_ids")).ToArray();
        RequireAnswers(model, prompts[0], document.RootElement.GetProperty("pairs")[0]);
        model.BaseWeights.Should().OnlyContain(weight => weight.Encoding != TensorEncoding.F32 || weight.Shape.Length == 1);
    }

    private static void RequireTopLogits(LanguageModel model, JsonElement[] chats)
    {
        foreach (var chat in chats)
        {
            var ids = Ints(chat, "input_ids");
            var logits = TestModels.Logits(model, PackedSequences.Of([ids]))[^model.Config.VocabularySize..];
            var top = chat.GetProperty("next_token_top5");
            foreach (var (id, logit) in Ints(top, "ids").Zip(Doubles(top, "logits")))
                ((double)logits[id]).Should().BeApproximately(logit, LogitTolerance);
        }
    }

    private static void RequireGreedyTokens(LanguageModel model, JsonElement[] chats)
    {
        var generated = Generator.Complete(model, [.. chats.Select(chat => Ints(chat, "input_ids"))], new() { MaxNewTokens = 32 });
        for (var i = 0; i < chats.Length; i++)
        {
            var expected = Ints(chats[i], "greedy_ids");
            if (chats[i].GetProperty("margin").GetDouble() >= SmallestMargin)
                generated[i].Ids.Should().Equal(expected);
            else
                generated[i].Ids[0].Should().Be(expected[0]);
        }
    }

    // The pair's answers share the prompt's rows.
    private static void RequireAnswers(LanguageModel model, int[] prompt, JsonElement pair)
    {
        var (chosen, rejected) = (Ints(pair, "chosen_ids"), Ints(pair, "rejected_ids"));
        var (rows, targets) = PackedExamples.Of(prompt, chosen, rejected);
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var actual = model.Forward(rows, default).At(targets).LogProbs().data<float>().ToArray();
        double[] expected = [.. Doubles(pair, "chosen_logps"), .. Doubles(pair, "rejected_logps")];
        TestModels.Difference(actual, [.. expected.Select(p => (float)p)]).Should().BeLessThan(LogProbTolerance);
    }

    private static int[] Ints(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    private static double[] Doubles(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];
}
