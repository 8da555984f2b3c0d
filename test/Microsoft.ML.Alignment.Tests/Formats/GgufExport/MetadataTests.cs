using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Formats.GgufExport;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using GgufMetadata = Microsoft.ML.Alignment.Tests.Support.GgufMetadata;

namespace Microsoft.ML.Alignment.Tests.Formats.GgufExport;

/// <summary>What a file says of where its model comes from.</summary>
public sealed class MetadataTests : IDisposable
{
    private static readonly GgufOptions Short = new() { Prompts = ["A question?"], MaxNewTokens = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedFact]
    public void WhatOthersPutIntoTheBaseIsCarriedOverThroughAFolderToo()
    {
        using var model = SayableFamily.Load("qwen2");
        var draft = GgufFileOfModel.Of(model, GgufType.F32, "x.gguf");
        draft.Pairs["general.license"] = "apache-2.0";
        draft.Pairs["general.tags"] = new[] { "a", "b" };
        draft.Pairs["other.numbers"] = new[] { 0.5f, -1f };
        draft.Pairs["other.count"] = 7UL;
        using (var stream = File.Create(_folder["base.gguf"]))
            GgufWriter.Write(stream, draft.Pairs, [.. draft.Tensors.Select(tensor => tensor.Written)]);

        using (var read = PretrainedModel.Load(_folder["base.gguf"]))
            read.SavePretrained(_folder["folder"]);
        using var again = PretrainedModel.Load(_folder["folder"]);
        again.SaveGguf(_folder["again.gguf"], GgufType.F16, Short).Findings.Should().BeEmpty();
        var written = GgufMetadata.Read(_folder["again.gguf"]);
        written["general.license"].Should().Be("apache-2.0");
        written["general.tags"].Should().BeEquivalentTo(new[] { "a", "b" });
        written["other.numbers"].Should().BeEquivalentTo(new[] { 0.5f, -1f });
        written["other.count"].Should().Be(7UL);
    }

    [SharedFact]
    public void TheLineageIsInTheFile()
    {
        using var model = SayableFamily.Load("qwen2");
        using var trained = model.WithHistory([Stage("sft", 12, "aa"), Stage("dpo", 34, "bb")]);
        trained.SaveGguf(_folder["x.gguf"], GgufType.F32, Short).Findings.Should().BeEmpty();
        var written = GgufMetadata.Read(_folder["x.gguf"]);
        written["general.base_model.0.name"].Should().Be("tiny");
        written["alignment.base.sha256"].Should().Be("the base");
        written["alignment.stages"].Should().BeEquivalentTo(new[] { "sft", "dpo" }, options => options.WithStrictOrdering());
        written["alignment.stage.steps"].Should().BeEquivalentTo(new[] { 12u, 34u }, options => options.WithStrictOrdering());
        written["alignment.stage.data_sha256"].Should().BeEquivalentTo(new[] { "aa", "bb" }, options => options.WithStrictOrdering());
    }

    [SharedFact]
    public void WhatCannotBeWrittenIsRefused()
    {
        using var model = SayableFamily.Load("qwen2");
        using var bare = TestModels.Tiny();
        FluentActions.Invoking(() => bare.SaveGguf(_folder["x.gguf"], GgufType.F32)).Should().Throw<InvalidOperationException>().WithMessage("*no tokenizer.json*");
        FluentActions.Invoking(() => model.SaveGgufAdapters(_folder["x"])).Should().Throw<InvalidOperationException>().WithMessage("*no adapters*SaveGguf*");
        FluentActions.Invoking(() => model.SaveGguf(_folder["x.gguf"], (GgufType)99)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Q4_K_M*");
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    private static TrainingRecord Stage(string method, int steps, string hash) => new()
    {
        Method = method, Steps = steps, BaseHash = "the base", Metrics = new Dictionary<string, double>(),
        Data = new(5, 5, new Dictionary<string, long>(), hash),
        Environment = new("1.0", "2.0", "3.0", ".NET", MatrixKernel.Mkl, 1),
    };
}
