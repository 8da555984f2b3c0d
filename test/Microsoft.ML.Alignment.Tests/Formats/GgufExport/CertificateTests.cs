using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Formats.GgufExport;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats.GgufExport;

/// <summary>What the certificate says of good files, and that it finds faults.</summary>
public sealed class CertificateTests : IDisposable
{
    private const string Stories = "models/stories260K";
    private static readonly GgufOptions Short = new() { Prompts = ["Once upon a time there was a dog."], MaxNewTokens = 8 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory(Stories)]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.F16)]
    [InlineData(GgufType.BF16)]
    [InlineData(GgufType.Q8_0)]
    [InlineData(GgufType.Q4_0)]
    [InlineData(GgufType.Q4_1)]
    [InlineData(GgufType.Q4_K_M)]
    [InlineData(GgufType.Q5_K_M)]
    [InlineData(GgufType.Q6_K)]
    [InlineData(GgufType.AsStored)]
    public void AGoodFileHasNoFindings(GgufType type)
    {
        using var model = PretrainedModel.Load(Golden.Shared(Stories));
        var certificate = model.SaveGguf(_folder["x.gguf"], type, Short);
        certificate.Findings.Should().BeEmpty();
        (certificate.Conversations, certificate.EqualTokenIds).Should().Be((2, 2));
        certificate.AgreementRate.Should().BeGreaterThan(type is GgufType.F32 or GgufType.AsStored ? 0.999 : 0.5);
        (certificate.MeanKL == 0).Should().Be(type is GgufType.F32 or GgufType.AsStored);
        GgufCertificate.FromJson(File.ReadAllText(_folder["x.certificate.json"])).Should().BeEquivalentTo(certificate);
    }

    [SharedFact(Stories)]
    public void FilesWhoseNamesDifferBehindAPointHaveCertificatesOfTheirOwn()
    {
        using var model = PretrainedModel.Load(Golden.Shared(Stories));
        model.SaveGguf(_folder["verbs-1.7B"], GgufType.F32, Short);
        model.SaveGguf(_folder["verbs-1.3B"], GgufType.Q8_0, Short);

        GgufCertificate.FromJson(File.ReadAllText(_folder["verbs-1.7B.certificate.json"])).Type.Should().Be(GgufType.F32);
        File.ReadAllText(_folder["verbs-1.3B.Modelfile"]).Should().StartWith("FROM ./verbs-1.3B\n");
    }

    [SharedFact]
    public void AMissingEndTokenIsFound() =>
        Findings("qwen2", draft => draft.Pairs.Remove("tokenizer.ggml.eos_token_id")).Should().ContainMatch("*does not name 2 (<end>)*");

    [SharedFact]
    public void ADoubledBosIsFound() => Findings("qwen2", draft =>
    {
        draft.Pairs["tokenizer.ggml.bos_token_id"] = 1u;
        draft.Pairs["tokenizer.ggml.add_bos_token"] = true;
    }).Should().ContainMatch("*the file puts ?1? before a text*");

    [SharedFact]
    public void ADroppedTemplateIsFound() =>
        Findings("qwen2", draft => draft.Pairs.Remove("tokenizer.chat_template")).Should().ContainMatch("*the chat template is not in the file*");

    [SharedFact]
    public void SwappedScalesOfAFamilyAreFound() => Findings("granite", draft =>
        (draft.Pairs["granite.embedding_scale"], draft.Pairs["granite.residual_scale"]) =
            (draft.Pairs["granite.residual_scale"], draft.Pairs["granite.embedding_scale"]))
        .Should().ContainMatch("scale of embeddings*").And.ContainMatch("scale of residuals*").And.ContainMatch("the next token diverges*");

    [SharedFact]
    public void AnotherSplittingOfTextIsFound() =>
        Findings("qwen2", draft => draft.Pairs["tokenizer.ggml.merges"] = Array.Empty<string>()).Should().ContainMatch("*other token ids*");

    [SharedTheory(Stories)]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.Q4_0)]
    public void AWrongPermutationIsFound(GgufType type)
    {
        using var model = PretrainedModel.Load(Golden.Shared(Stories));
        Write(model, type, draft =>
        {
            var weight = model.BaseWeights.First(found => found.Name == "model.layers.0.self_attn.q_proj.weight");
            return [.. draft.Tensors.Select(tensor => tensor.Written).Select(written =>
                written.Name == "blk.0.attn_q.weight" ? TensorToWrite.Convert(new RenamedTensor(weight, written.Name), written.Encoding) : written)];
        });
        model.CheckGguf(_folder["x.gguf"], type, Short).Findings.Should().ContainMatch("*layers.0.self_attn.q_proj.weight is off by*");
    }

    private IReadOnlyList<string> Findings(string family, Action<GgufDraft> plant)
    {
        using var model = SayableFamily.Load(family);
        Write(model, GgufType.F32, draft =>
        {
            plant(draft);
            return [.. draft.Tensors.Select(tensor => tensor.Written)];
        });
        return model.CheckGguf(_folder["x.gguf"], GgufType.F32, Short).Findings;
    }

    private void Write(LanguageModel model, GgufType type, Func<GgufDraft, TensorToWrite[]> plant)
    {
        var draft = GgufFileOfModel.Of(model, type, "x.gguf");
        var tensors = plant(draft);
        using var stream = File.Create(_folder["x.gguf"]);
        GgufWriter.Write(stream, draft.Pairs, tensors);
    }
}
