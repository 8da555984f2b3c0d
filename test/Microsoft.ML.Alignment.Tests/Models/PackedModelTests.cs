using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>Packed rows are a way to compute separate sequences, not another model.</summary>
public sealed class PackedModelTests
{
    private static readonly int[] Prompt = [1, 7, 30, 4, 19];
    private static readonly int[] Chosen = [8, 21, 2];
    private static readonly int[] Rejected = [9, 3, 33, 11, 5, 2];

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void SharedPromptGivesTheLogProbsAndGradientsOfSeparateSequences(int prefixLength)
    {
        using var model = TestModels.Tiny().TrainableOwned();
        var (packedRows, packedTargets) = PackedExamples.Of(prefixLength, Prompt, Chosen, Rejected);
        var packed = LossAndGradients(model, () => model.LogProbs(packedRows, packedTargets, default).Sum);
        var separate = LossAndGradients(model, () => cat(
        [
            .. new[] { Chosen, Rejected }.Select(completion =>
            {
                var (rows, targets) = PackedExamples.Of(Prompt, completion);
                return model.LogProbs(rows, targets, default).Sum;
            }),
        ]));

        packed.Loss.Should().BeApproximately(separate.Loss, 1e-4);
        for (var i = 0; i < packed.Gradients.Length; i++)
            TestModels.Difference(packed.Gradients[i], separate.Gradients[i]).Should().BeLessThan(1e-4);
        packed.Gradients.Should().OnlyContain(gradient => gradient.Any(value => value != 0));
    }

    [Fact]
    public void ASharedBeginningOfCompletionsGivesTheLogProbsStatisticsAndGradientsOfSeparateSequences()
    {
        using var model = TestModels.Tiny().TrainableOwned();
        int[] longer = [.. Chosen[..2], 14, 25];
        TokenizedExample[] pairs = [new(Prompt, [Chosen, longer], []), new(Prompt[1..], [Rejected, Chosen], [])];
        var batch = Collator.Pack(pairs);
        var (tops, separateTops) = (new List<bool>(), new List<bool>());
        Tensor LogProbs(PackedRows rows, PackedTargets targets, List<bool> onTop)
        {
            using var statistics = new HeadStatistics();
            var sums = model.LogProbs(rows, targets, default, statistics).Sum;
            onTop.AddRange(statistics.IsTop!.data<bool>());
            return sums;
        }

        var packed = LossAndGradients(model, () => LogProbs(batch.Rows, batch.Targets, tops));
        var separate = LossAndGradients(model, () => cat(
        [
            .. new[] { 0, 1 }.SelectMany(side => pairs.Select(pair =>
            {
                var (rows, targets) = PackedExamples.Of(pair.Prompt, pair.Completions[side]);
                return LogProbs(rows, targets, separateTops);
            })),
        ]));

        batch.Rows.Count.Should().BeLessThan(pairs.Sum(pair => pair.TokenCount));
        packed.Loss.Should().BeApproximately(separate.Loss, 1e-4);
        tops.Should().Equal(separateTops);
        for (var i = 0; i < packed.Gradients.Length; i++)
            TestModels.Difference(packed.Gradients[i], separate.Gradients[i]).Should().BeLessThan(1e-4);
    }

    [Fact]
    public void SequencesOfABatchDoNotSeeEachOther()
    {
        using var model = TestModels.Tiny();
        var together = TestModels.Logits(model, PackedSequences.Of([Prompt, Rejected, Chosen]));
        var alone = TestModels.Logits(model, PackedSequences.Of([Rejected]));
        TestModels.Difference(together[(Prompt.Length * 37)..((Prompt.Length + Rejected.Length) * 37)], alone).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void TokenLogProbsAreTheLogSoftmaxOfTheLogits()
    {
        using var model = TestModels.Tiny();
        var (rows, targets) = PackedExamples.Of(Prompt, Chosen, Rejected);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var logits = TestModels.Logits(model, rows).Chunk(37).ToArray();
        var actual = model.Forward(rows, default).At(targets).LogProbs().data<float>().ToArray();
        for (var i = 0; i < targets.TokenCount; i++)
        {
            var row = logits[targets.Rows[i]];
            var expected = row[targets.Labels[i]] - Math.Log(row.Sum(logit => Math.Exp(logit)));
            ((double)actual[i]).Should().BeApproximately(expected, 1e-5);
        }
    }

    [Fact]
    public void RewardsAreTheHeadsProductWithTheLastHiddenStates()
    {
        using var policy = TestModels.Tiny();
        using var head = new TorchSharp.Modules.Parameter(arange(24, ScalarType.Float32).unsqueeze(0) / 24, false);
        using var model = policy.With([], head);
        var (rows, targets) = PackedExamples.Of(Prompt, Chosen, Rejected);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var rewards = model.Rewards(rows, targets, default).data<float>().ToArray();
        var hidden = model.Forward(rows, default).Hidden.data<float>().ToArray().Chunk(24).ToArray();
        rewards.Should().HaveCount(2);
        for (var s = 0; s < 2; s++)
        {
            var expected = hidden[targets.EndRows[s]].Select((value, i) => value * i / 24.0).Sum();
            ((double)rewards[s]).Should().BeApproximately(expected, 1e-4);
        }
    }

    [Fact]
    public void BFloat16LogitsAreCloseToFloat32Ones()
    {
        using var model = TestModels.Tiny();
        var rows = PackedSequences.Of([Prompt, Rejected]);
        var exact = TestModels.Logits(model, rows);
        var narrow = TestModels.Logits(model, rows, Precision.BFloat16);
        var spread = exact.Max() - exact.Min();
        TestModels.Difference(narrow, exact).Should().BeInRange(1e-6, 0.03 * spread, "eight bits of mantissa are rounded to");
    }

    [Fact]
    public void BFloat16GradientsReachTheFloat32Weights()
    {
        using var model = TestModels.Tiny().TrainableOwned();
        var (rows, targets) = PackedExamples.Of(Prompt, Chosen);
        var exact = LossAndGradients(model, () => model.LogProbs(rows, targets, default).Sum);
        var narrow = LossAndGradients(model, () => model.LogProbs(rows, targets, new(Precision.BFloat16)).Sum);
        for (var i = 0; i < exact.Gradients.Length; i++)
            Cosine(exact.Gradients[i], narrow.Gradients[i]).Should().BeGreaterThan(0.98);
    }

    [Fact]
    public void UnknownIdIsRefusedByItsNumber()
    {
        using var model = TestModels.Tiny();
        var act = () => model.Forward(PackedSequences.Of([[1, 37]]), default).Hidden;
        act.Should().Throw<ArgumentException>().WithMessage("*37*0 to 36*");
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));

    private static (double Loss, float[][] Gradients) LossAndGradients(LanguageModel model, Func<Tensor> logProbs)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in model.TrainableParameters)
            parameter.grad = null;
        using var loss = logProbs().sum();
        loss.backward();
        return (loss.item<float>(), [.. model.TrainableParameters.Select(p => p.grad!.data<float>().ToArray())]);
    }
}
