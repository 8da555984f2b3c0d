using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using GgufMetadata = Microsoft.ML.Alignment.Tests.Support.GgufMetadata;

namespace Microsoft.ML.Alignment.Tests.Formats.GgufExport;

/// <summary>Tiny models of every family, written as GGUF files and read again.</summary>
public sealed class SavedFamilyTests : IDisposable
{
    private static readonly int[] Text = [1, 17, 30, 4, 19, 101, 7, 8];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => [.. SayableFamily.Names];

    public void Dispose() => _folder.Dispose();

    [SharedTheory]
    [MemberData(nameof(Families))]
    public void AFileHasTheLogitsOfItsModel(string name)
    {
        using var model = SayableFamily.Load(name);
        model.SaveGguf(_folder["x.gguf"], GgufType.F32, new() { Prompts = ["A question?"], MaxNewTokens = 4 }).Findings.Should().BeEmpty();
        using var read = PretrainedModel.Load(_folder["x.gguf"]);

        var rows = PackedSequences.Of([Text]);
        var expected = TestModels.Logits(model, rows);
        TestModels.Difference(TestModels.Logits(read, rows), expected).Should().BeLessThan(1e-5 * expected.Max(Math.Abs));
        read.Config.EosTokenIds.Should().Equal(model.Config.EosTokenIds);
        read.Tokenizer.EncodeMarkup("A line of text.<end>\n").Should().Equal(model.Tokenizer.EncodeMarkup("A line of text.<end>\n"));
        read.ChatTemplate!.Source.Should().Be(model.ChatTemplate!.Source);
    }

    [SharedTheory]
    [InlineData("gemma2", "*scale of attention*in the file*")]
    [InlineData("gemma3", "*scale of attention*in the file*")]
    [InlineData("smollm3", "*layer 1: does not turn, in the file it does*")]
    [InlineData("llama-rope-dynamic", "*dynamic RoPE scaling*linear, llama3, yarn, longrope*")]
    public void WhatAFileCannotSayIsRefused(string name, string message)
    {
        using var model = SayableFamily.Load(name, asItIs: true);
        FluentActions.Invoking(() => model.SaveGguf(_folder["x.gguf"], GgufType.F32)).Should().Throw<NotSupportedException>().WithMessage(message);
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [SharedFact]
    public void AModelWithWindowsThatItsFamilysFilesCannotSayHasTheirWidthAsItsContext()
    {
        using var model = SayableFamily.Load("mistral", asItIs: true);
        model.SaveGguf(_folder["x.gguf"], GgufType.F32);
        GgufMetadata.Read(_folder["x.gguf"])["llama.context_length"].Should().Be(8u);
    }
}
