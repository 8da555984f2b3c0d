using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class MixedObjectiveTests
{
    private const double Weight = 0.7;

    [Fact]
    public void EachPartHasTheDenominatorsThatItHasAlone()
    {
        using var model = TestModels.Tiny(1).TrainableOwned();
        using var scope = NewDisposeScope();
        var gradient = new PolicyGradientObjective(model, new(new PolicyLoss.Clipped(), TokenAveraging.Step, 8));
        var imitation = new NextTokenObjective(model, Precision.Float32);
        var rollouts = RandomRollouts.Batches(RandomRollouts.Groups(5, groupSize: 2));
        TokenBatch[] rows = [.. RandomExamples.Completions(7).Chunk(3).Select(examples => Collator.Pack(examples, endRows: false))];
        rollouts.Should().HaveCount(3);

        var (policyLoss, policyGradients, policyMetrics) = ObjectiveSteps.Run(model, gradient, rollouts);
        var (sftLoss, sftGradients, _) = ObjectiveSteps.Run(model, imitation, rows);
        var (loss, gradients, metrics) = ObjectiveSteps.Run(
            model, new MixedObjective<RolloutBatch, TokenBatch>(gradient, imitation, Weight, "loss/sft_avg"),
            [.. rollouts.Select(batch => new MixedBatch<RolloutBatch, TokenBatch>(batch, null)), .. rows.Select(batch => new MixedBatch<RolloutBatch, TokenBatch>(null, batch))]);

        loss.Should().BeApproximately(policyLoss + (Weight * sftLoss), 1e-6);
        metrics["loss/sft_avg"].Should().BeApproximately(sftLoss, 1e-6);
        metrics["val/ratio"].Should().BeApproximately(policyMetrics["val/ratio"], 1e-6);
        for (var i = 0; i < gradients.Length; i++)
        {
            float[] expected = [.. policyGradients[i].Zip(sftGradients[i], (a, b) => (float)(a + (Weight * b)))];
            TestModels.Difference(gradients[i], expected).Should().BeLessThan(1e-5, $"parameter {i}");
        }
    }

    [Fact]
    public void WhatIsImitatedIsTheMeanOverItsTokens()
    {
        using var model = TestModels.Tiny(1).TrainableOwned();
        using var scope = NewDisposeScope();
        var examples = RandomExamples.Completions(5);
        var mixed = new MixedObjective<RolloutBatch, TokenBatch>(
            new PolicyGradientObjective(model, new(new PolicyLoss.Clipped(), TokenAveraging.Step, 8)), new NextTokenObjective(model, Precision.Float32), Weight, "sft");

        var step = mixed.Begin([.. RandomRollouts.Batches(RandomRollouts.Groups(2, 2)).Select(batch => new MixedBatch<RolloutBatch, TokenBatch>(batch, null)),
            new(null, Collator.Pack(examples, endRows: false))]);
        var result = step.Evaluate(new(null, Collator.Pack(examples, endRows: false)));

        var plain = examples.Sum(example => -PlainModel.LogProb(model, example.Prompt, example.Completions[0])) / examples.Sum(example => example.Completions[0].Length);
        result.Loss.item<float>().Should().BeApproximately((float)(Weight * plain), 1e-5f);
    }

    [Fact]
    public void StepsOfBothSourcesAreServedTogetherFromAnyStepOn()
    {
        var (main, beside) = (new Numbered(3, 2), new Numbered(5, 1));
        var source = new MixedSource<TokenBatch, TokenBatch>(main, beside);

        source.StepsPerEpoch.Should().Be(3);
        var step = source.Steps(4).First();
        step.Select(batch => (batch.Main?.TokenCount, batch.Beside?.TokenCount)).Should().Equal((4, null), (4, null), (null, 4));
        step.Select(batch => batch.TokenCount).Should().Equal(4, 4, 4);
    }

    // Its batches of a step have as many tokens as the step has number.
    private sealed class Numbered(int stepsPerEpoch, int batches) : IBatchSource<TokenBatch>
    {
        private static readonly TokenBatch Any = Collator.Pack(RandomExamples.Completions(1), endRows: false);

        public int StepsPerEpoch => stepsPerEpoch;

        public IEnumerable<IReadOnlyList<TokenBatch>> Steps(long from)
        {
            for (var step = from; ; step++)
                yield return [.. Enumerable.Repeat(Any with { TokenCount = (int)step }, batches)];
        }
    }
}
