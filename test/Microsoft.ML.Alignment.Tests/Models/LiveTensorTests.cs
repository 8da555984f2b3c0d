using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Kernels;
using static TorchSharp.torch;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>Counts tensors of the whole process, so that nothing may run beside it.</summary>
[Collection(RunsAlone.Name)]
public sealed class LiveTensorTests
{
    [Fact]
    public void NothingIsLeftBehindByTrainingPassesScoringAndGenerating()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 2 }, "sft", 1)], null);
        var (rows, targets) = PackedExamples.Of([1, 7, 30], [4, 2], [9, 9, 2]);
        void Work()
        {
            foreach (var precision in new[] { Precision.Float32, Precision.BFloat16 })
            {
                using (var scope = NewDisposeScope())
                    adapted.LogProbs(rows, targets, new(precision)).Sum.sum().backward();
                foreach (var parameter in adapted.TrainableParameters)
                    parameter.grad = null;
                TestModels.Logits(adapted, rows, precision).Should().NotBeEmpty();
            }

            BackwardPass.Flush();
            Generator.Complete(adapted, [[1, 7, 30], [4], [4]], new() { MaxNewTokens = 70, Temperature = 1, TopP = 0.9 }).Should().HaveCount(3);
        }

        Work();
        var before = Tensors.CountLive();
        for (var i = 0; i < 3; i++)
            Work();
        Tensors.CountLive().Should().Be(before);
    }

    [Fact]
    public async Task NothingIsLeftBehindByCallersThatShareABatch()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 2 }, "sft", 1)], null);
        async Task Work()
        {
            using var decoder = new Alignment.Generation.SharedDecoder(adapted, Precision.BFloat16, new(3, 1000), TimeSpan.Zero);
            var sampler = new Alignment.Generation.TokenSampler(1, null, 0.9);
            var calls = Enumerable.Range(0, 5).Select(i => decoder.Begin([1, 7, 30 + i], 20 + i, i % 2 == 0 ? sampler : sampler with { Temperature = 0 }, new(1, i))).ToArray();
            calls[3].Dispose();
            foreach (var call in calls)
                await call.Tokens(default).CountAsync();
            SpinWait.SpinUntil(() => !decoder.IsRunning, TimeSpan.FromSeconds(60)).Should().BeTrue();
        }

        await Work();
        var before = Tensors.CountLive();
        await Work();
        SpinWait.SpinUntil(() => Tensors.CountLive() == before, TimeSpan.FromSeconds(60)).Should().BeTrue("the thread frees them as it ends");
    }

    [Fact]
    public void NothingIsLeftOfADisposedModelAndItsAdapters()
    {
        var rows = PackedSequences.Of([[1, 7]]);
        void Work()
        {
            using var model = TestModels.Tiny();
            using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 2 }, "sft", 1)], null);
            using var copy = adapted.TrainableCopy();
            TestModels.Logits(adapted, rows, Precision.BFloat16).Should().NotBeEmpty();
        }

        // The wrapper that a parameter takes its tensor from stays in the count, though its native tensor moved: one for each parameter made.
        const int ParametersMade = 21 + 21 + 28 + 21;
        Work();
        var before = Tensors.CountLive();
        Work();
        (Tensors.CountLive() - before).Should().Be(ParametersMade);
    }
}
