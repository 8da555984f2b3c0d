using System.Text.Json;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Adapters;

public sealed class LoraAdapterTests
{
    private static readonly PackedRows Rows = PackedSequences.Of([[1, 7, 30, 4], [5, 9]]);

    [Fact]
    public void NewAdapterChangesNothing()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new(), "sft", 1)], null);
        TestModels.Logits(adapted, Rows).Should().Equal(TestModels.Logits(model, Rows));
        adapted.AdapterNames.Should().Equal("sft");
    }

    [Fact]
    public void EveryLinearLayerButTheHeadIsAdaptedByDefault()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 3, Alpha = 12 }, "sft", 1)], null);
        adapted.Adapters[0].Updates.Keys.Should().BeEquivalentTo(model.LinearLayers.Keys).And.HaveCount(14);
        foreach (var (path, update) in adapted.Adapters[0].Updates)
        {
            update.A.shape.Should().Equal(3, model.LinearLayers[path].In);
            update.B.shape.Should().Equal(model.LinearLayers[path].Out, 3);
            update.Scale.Should().Be(4);
            update.B.data<float>().ToArray().Should().OnlyContain(value => value == 0);
            (update.A.requires_grad && update.B.requires_grad).Should().BeTrue();
        }
    }

    [Fact]
    public void AIsUniformUpToOneOverTheRootOfItsInputs()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 200, TargetModules = ["q_proj"] }, "sft", 1)], null);
        var values = adapted.Adapters[0].Updates.Values.First().A.data<float>().ToArray();
        var bound = 1 / Math.Sqrt(24);
        values.Should().OnlyContain(value => Math.Abs(value) <= bound);
        values.Max().Should().BeGreaterThan((float)(0.99 * bound));
        values.Average(v => v * v).Should().BeApproximately((float)(bound * bound / 3), 0.05f * (float)(bound * bound));
    }

    [Fact]
    public void AdapterIsAFunctionOfTheSeed()
    {
        using var model = TestModels.Tiny();
        float[] FirstA(int seed)
        {
            using var adapted = model.With([LoraAdapter.Create(model, new(), "sft", seed)], null);
            return adapted.Adapters[0].Updates.Values.First().A.data<float>().ToArray();
        }

        FirstA(3).Should().Equal(FirstA(3)).And.NotEqual(FirstA(4));
    }

    [Theory]
    [InlineData("q_proj", 2)]
    [InlineData("layers.1.mlp.up_proj", 1)]
    [InlineData("model.layers.0.self_attn.v_proj", 1)]
    public void TargetsAreNamesOrEndsOfPaths(string target, int count)
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { TargetModules = [target] }, "sft", 1)], null);
        adapted.Adapters[0].Updates.Keys.Should().HaveCount(count).And.OnlyContain(path => path.EndsWith(target));
    }

    [Theory]
    [InlineData("proj")] // not a whole name
    [InlineData("lm_head")]
    [InlineData("c_attn")]
    public void UnknownTargetIsRefusedWithTheNamesThereAre(string target)
    {
        using var model = TestModels.Tiny();
        var act = () => LoraAdapter.Create(model, new() { TargetModules = ["q_proj", target] }, "sft", 1);
        act.Should().Throw<ArgumentException>().WithMessage($"*'{target}'*q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj*");
    }

    [Fact]
    public void ConfigurationHasPeftsKeys()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 4, Alpha = 6, Dropout = 0.1, UseRsLora = true }, "sft", 1)], null);
        adapted.Adapters[0].Updates.Values.First().Scale.Should().Be(3);
        using var config = JsonDocument.Parse(adapted.Adapters[0].ConfigJson);
        config.RootElement.GetProperty("peft_type").GetString().Should().Be("LORA");
        config.RootElement.GetProperty("r").GetInt32().Should().Be(4);
        config.RootElement.GetProperty("lora_alpha").GetDouble().Should().Be(6);
        config.RootElement.GetProperty("lora_dropout").GetDouble().Should().Be(0.1);
        config.RootElement.GetProperty("use_rslora").GetBoolean().Should().BeTrue();
        config.RootElement.GetProperty("target_modules").EnumerateArray().Select(e => e.GetString()).Should()
            .BeEquivalentTo("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
    }

    [Theory]
    [InlineData(Precision.Float32, 1e-4)]
    [InlineData(Precision.BFloat16, 0.5)]
    public void MergedModelComputesWhatTheStackDoes(Precision precision, double tolerance)
    {
        using var model = TestModels.Tiny();
        using var adapted = Stacked(model);
        using var merged = adapted.MergedCopy(trains: false);
        var expected = TestModels.Logits(adapted, Rows, precision);
        TestModels.Difference(expected, TestModels.Logits(model, Rows, precision)).Should().BeGreaterThan(2 * tolerance);
        TestModels.Difference(TestModels.Logits(merged, Rows, precision), expected).Should().BeLessThan(tolerance);
        merged.AdapterNames.Should().BeEmpty();
        merged.TrainableParameters.Should().BeEmpty();
    }

    [Fact]
    public void EqualNamesAndForeignShapesAreRefused()
    {
        using var model = TestModels.Tiny();
        using var other = TestModels.Tiny(config: TestModels.TinyConfig.Replace("\"hidden_size\": 24", "\"hidden_size\": 32"));
        using var adapted = model.With([LoraAdapter.Create(model, new(), "sft", 1)], null);
        model.Invoking(m => LoraAdapter.Create(adapted, new(), "sft", 1)).Should().Throw<ArgumentException>().WithMessage("*'sft'*");
        model.Invoking(m => m.With([adapted.Adapters[0], adapted.Adapters[0]], null)).Should().Throw<ArgumentException>().WithMessage("*named 'sft'*");
        other.Invoking(m => m.With(adapted.Adapters, null)).Should().Throw<ArgumentException>().WithMessage("Adapter 'sft'*[16, 24]*[R, 32]*");
    }

    [Fact]
    public void DropoutIsOnOnlyWhereItIsAskedFor()
    {
        using var model = TestModels.Tiny();
        using var adapted = Stacked(model, dropout: 0.5);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        float[] Hidden(bool dropout) => adapted.Forward(Rows, new(Dropout: dropout)).Hidden.data<float>().ToArray();
        Hidden(false).Should().Equal(Hidden(false));
        Hidden(true).Should().NotEqual(Hidden(false)).And.NotEqual(Hidden(true));
    }

    [Fact]
    public void OnlyTrainedAdapterGetsGradients()
    {
        using var model = TestModels.Tiny();
        using var adapted = Stacked(model);
        foreach (var update in adapted.Adapters[0].Updates.Values)
            (update.A.requires_grad, update.B.requires_grad) = (false, false);
        var (rows, targets) = PackedExamples.Of([1, 7, 30], [4, 2]);
        using (var scope = NewDisposeScope())
            adapted.LogProbs(rows, targets, default).Sum.sum().backward();
        adapted.TrainableParameters.Should().HaveCount(2 * adapted.LinearLayers.Count)
            .And.OnlyContain(parameter => parameter.grad!.abs().max().item<float>() > 0);
        model.Network.Weights.Values.Any(weight => weight.grad is not null).Should().BeFalse();
    }

    // Two adapters whose B is not zero.
    private static LanguageModel Stacked(LanguageModel model, double dropout = 0)
    {
        var adapters = new[]
        {
            LoraAdapter.Create(model, new() { Rank = 3, Dropout = dropout }, "first", 1),
            LoraAdapter.Create(model, new() { Rank = 2, UseRsLora = true, Dropout = dropout }, "second", 2),
        };
        using var noGradients = no_grad();
        var seed = 10;
        foreach (var update in adapters.SelectMany(adapter => adapter.Updates.Values))
        {
            using var generator = new Generator((ulong)seed++);
            using var values = randn(update.B.shape, generator: generator).mul_(0.2);
            update.B.copy_(values);
        }

        return model.With(adapters, null);
    }
}
