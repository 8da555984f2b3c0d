using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>llama.cpp reads files of every family and says what we say.</summary>
[Collection(LlamaCppRuns.Name)]
public sealed class FamilyFilesTests : IDisposable
{
    private const string Letters = " !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~\nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => [.. SayableFamily.Names];

    public void Dispose() => _folder.Dispose();

    [SharedTheory]
    [MemberData(nameof(Families))]
    public void TokenizesAndGoesOnAsWeDo(string name)
    {
        using var model = SayableFamily.Load(name);
        int[] prompt = [5, 17, 30, 4, 19, 101, 7, 8, 20, 35, 60];
        foreach (var type in (GgufType[])[GgufType.F32, GgufType.F16])
        {
            model.SaveGguf(_folder["x.gguf"], type, new() { Prompts = ["A question?"], MaxNewTokens = 4 }).Findings.Should().BeEmpty();
            using var ours = PretrainedModel.Load(_folder["x.gguf"]);
            using var file = new LlamaCppModel(_folder["x.gguf"], 128);
            LlamaCppChecks.HasOurIds(file, model, Letters);
            LlamaCppChecks.GoesOnAsWeDo(file, ours, prompt).Should().BeGreaterThan(8);
            file.Ends(model.Tokenizer.IdOf(SayableFamily.End)!.Value).Should().BeTrue();
            file.Metadata["tokenizer.chat_template"].Should().Be(model.ChatTemplate!.Source);
        }
    }
}
