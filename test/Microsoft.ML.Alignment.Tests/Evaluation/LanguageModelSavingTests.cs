using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Evaluation;

public sealed class LanguageModelSavingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IDataView _rows = new MLContext().Data.LoadFromEnumerable(new[]
    {
        new Row { Prompt = "Once upon a time, there was a", Completion = " little girl named Lily." },
        new Row { Prompt = "The dog", Completion = " ran." },
        new Row { Prompt = "One day, Tom and his mom went to", Completion = " the park." },
    });

    public void Dispose() => _folder.Dispose();

    // Halfway to the next bfloat16 is at least 1/512 of a weight. Updates of a tenth of that round back: the saved model is the base itself.
    [Fact]
    public void AnAdapterTooSmallForBFloat16IsReportedAsNotSaved()
    {
        using var model = Adapted(updates: 5e-5f);
        var report = model.SavePretrained(_folder["out"], _rows, new() { Encoding = WeightEncoding.BFloat16 });
        report.DivergenceWithoutAdapters.Value.Should().BePositive();
        report.Divergence.Should().Be(report.DivergenceWithoutAdapters);
        report.LostShare.Should().Be(1);
        report.Divergence.Count.Should().Be(3);
    }

    [Theory]
    [InlineData(WeightEncoding.Float32, -1e-5, 1e-5)]
    [InlineData(WeightEncoding.Float16, 1e-5, 0.01)]
    [InlineData(WeightEncoding.BFloat16, 1e-5, 0.2)]
    public void TheCoarserTheTypeTheMoreOfAnAdapterIsLost(WeightEncoding encoding, double least, double most)
    {
        using var model = Adapted(updates: 0.02f);
        var report = model.SavePretrained(_folder["out"], _rows, new() { Encoding = encoding });
        report.DivergenceWithoutAdapters.Value.Should().BeGreaterThan(0.01);
        report.LostShare.Should().BeInRange(least, most);
    }

    [Theory]
    [InlineData(WeightEncoding.Float32, "float32", "F32")]
    [InlineData(WeightEncoding.Float16, "float16", "F16")]
    [InlineData(WeightEncoding.BFloat16, "bfloat16", "BF16")]
    public void TheConfigurationNamesTheTypeOfTheWeights(WeightEncoding encoding, string named, string written)
    {
        using var model = PretrainedModel.Load(Golden.Path("models/llama"));
        model.SavePretrained(_folder["out"], new SaveOptions { Encoding = encoding });
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], "config.json")))!.AsObject();
        (config["dtype"] ?? config["torch_dtype"])!.GetValue<string>().Should().Be(named);
        config.Count(member => member.Key is "dtype" or "torch_dtype").Should().Be(1);
        var saved = new GoldenTensors(Path.Combine(_folder["out"], "model.safetensors"));
        saved.Names.Should().OnlyContain(name => saved.Dtype(name) == written);
    }

    [Fact]
    public void AModelWithoutAdaptersHasNothingToLose()
    {
        using var model = StoriesModel.Load();
        var report = model.SavePretrained(_folder["out"], _rows);
        (report.Divergence.Value, report.DivergenceWithoutAdapters.Value).Should().Be((0, 0));
        report.LostShare.Should().Be(double.NaN);
    }

    [Fact]
    public void RowsThatCannotBeCheckedAreRefusedBeforeAnythingIsSaved()
    {
        using var model = StoriesModel.Load();
        model.Invoking(m => m.SavePretrained(_folder["out"], _rows, columns: new() { CompletionColumnName = "Answer" }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'Answer'*");
        using var rewarding = model.With([], new(torch.ones(1, 64), false));
        rewarding.Invoking(m => m.SavePretrained(_folder["out"], _rows)).Should().Throw<InvalidOperationException>().WithMessage("*reward model*");
        Directory.Exists(_folder["out"]).Should().BeFalse();
    }

    // The base's weights are numbers of bfloat16, in layers none below the mean; the adapter changes each by about so much of the mean.
    private static LanguageModel Adapted(float updates)
    {
        using var stories = StoriesModel.Load();
        using var rounded = stories.MergedCopy(trains: false);
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var adapter = LoraAdapter.Create(rounded, new() { Rank = 4, Alpha = 4 }, "dpo", seed: 3);
        foreach (var (path, update) in adapter.Updates)
        {
            var weight = rounded.Network.Weights[path + ".weight"];
            var mean = weight.abs().mean();
            weight.copy_(torch.where(weight < 0, -1f, 1f) * torch.maximum(weight.abs(), mean));
            update.A.normal_(0, 1, new torch.Generator(5));
            update.B.normal_(0, updates * mean.item<float>(), new torch.Generator(6));
        }

        foreach (var weight in rounded.Network.Weights.Values)
            weight.copy_(weight.to(torch.bfloat16));
        return rounded.With([adapter], null);
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }
}
