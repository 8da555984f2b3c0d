using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Models;

public sealed class LanguageModelLifetimeTests
{
    private static readonly PackedRows Rows = PackedSequences.Of([[1, 7, 30], [5, 9]]);

    [Fact]
    public void WeightsLiveAsLongAsAnyHandle()
    {
        var first = TestModels.Tiny();
        var second = first.Share();
        var expected = TestModels.Logits(first, Rows);
        first.Dispose();
        first.Dispose();
        TestModels.Logits(second, Rows).Should().Equal(expected);
        second.Dispose();
    }

    [Fact]
    public void DisposedHandleIsRefused()
    {
        var model = TestModels.Tiny();
        using var other = model.Share();
        model.Dispose();
        model.Invoking(m => m.Share()).Should().Throw<ObjectDisposedException>();
        model.Invoking(m => m.AdapterNames).Should().Throw<ObjectDisposedException>();
        model.Invoking(m => m.With([], null)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void LastHandleFreesTheWeights()
    {
        var model = TestModels.Tiny();
        var weight = model.Network.Weights.Values.First();
        var derived = model.With([], null);
        model.Dispose();
        weight.IsInvalid.Should().BeFalse();
        derived.Dispose();
        weight.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void AdapterLivesAsLongAsAModelHasIt()
    {
        using var model = TestModels.Tiny();
        var adapter = LoraAdapter.Create(model, new() { Rank = 3 }, "sft", seed: 1);
        var matrix = adapter.Updates.Values.First().A;
        var first = model.With([adapter], null);
        var second = first.With(first.Adapters, null);
        first.Dispose();
        matrix.IsInvalid.Should().BeFalse();
        second.Dispose();
        matrix.IsInvalid.Should().BeTrue();
        model.Invoking(m => m.With([adapter], null)).Should().Throw<ObjectDisposedException>().WithMessage("*adapter*");
        TestModels.Logits(model, Rows).Should().OnlyContain(logit => float.IsFinite(logit));
    }

    [Fact]
    public void ModelsOfAChainShareTheirBase()
    {
        using var model = TestModels.Tiny();
        using var derived = model.With([LoraAdapter.Create(model, new(), "sft", 1)], null);
        using var copy = derived.TrainableCopy();
        derived.BaseIdentity.Should().BeSameAs(model.BaseIdentity);
        copy.BaseIdentity.Should().NotBe(model.BaseIdentity);
        model.TrainableParameters.Should().BeEmpty();
        derived.TrainableParameters.Should().HaveCount(2 * model.LinearLayers.Count);
        copy.TrainableParameters.Should().HaveCount(model.Network.Weights.Count);
    }

    [Fact]
    public void TrainableCopyComputesTheSameAndChangesNothingElse()
    {
        using var model = TestModels.Tiny();
        var expected = TestModels.Logits(model, Rows);
        using var copy = model.TrainableCopy();
        TestModels.Logits(copy, Rows).Should().Equal(expected);
        using (no_grad())
            copy.TrainableParameters[0].add_(1);
        TestModels.Logits(copy, Rows).Should().NotEqual(expected);
        TestModels.Logits(model, Rows).Should().Equal(expected);
        Decoded(copy, "model.embed_tokens.weight")[0].Should().Be(Decoded(model, "model.embed_tokens.weight")[0] + 1);
    }

    [Fact]
    public void HandlesAreSafeToShareAndDisposeFromSeveralThreads()
    {
        var model = TestModels.Tiny();
        var expected = TestModels.Logits(model, Rows, Precision.BFloat16);
        var weight = model.Network.Weights.Values.First();
        using var handles = new System.Collections.Concurrent.BlockingCollection<LanguageModel>();
        for (var i = 0; i < 64; i++)
            handles.Add(model.Share());
        handles.CompleteAdding();
        model.Dispose();
        Parallel.ForEach(handles.GetConsumingEnumerable(), handle =>
        {
            using (handle)
                TestModels.Logits(handle, Rows, Precision.BFloat16).Should().Equal(expected);
        });
        weight.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void BaseKeepsTheEncodingInWhichItCame()
    {
        using var model = TestModels.Load(Golden.Path("models/llama-sharded-bf16"));
        model.BaseWeights.Should().OnlyContain(weight => weight.Encoding == TensorEncoding.BF16);
        model.BaseWeights.Should().HaveCount(model.Network.Weights.Count);
        using var copy = model.TrainableCopy();
        copy.BaseWeights.Should().OnlyContain(weight => weight.Encoding == TensorEncoding.F32);
    }

    [Fact]
    public void RewardHeadOfAnotherWidthIsRefused()
    {
        using var model = TestModels.Tiny();
        using var head = new Parameter(zeros(1, 25), true);
        model.Invoking(m => m.With([], head)).Should().Throw<ArgumentException>().WithMessage("*[1, 25]*[1, 24]*");
        var rewards = () => model.Rewards(Rows, PackedExamples.Of([1], [2]).Targets, default);
        rewards.Should().Throw<InvalidOperationException>().WithMessage("*policy*");
    }

    private static float[] Decoded(LanguageModel model, string name)
    {
        using var decoded = WeightDecoder.Decode(model.BaseWeights.Single(weight => weight.Name == name));
        return decoded.data<float>().ToArray();
    }
}
