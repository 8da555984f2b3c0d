using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class RankedPairObjectiveTests
{
    private const double Beta = 0.3;

    private static readonly SamplingSettings Sampling = new(8, 1, Precision.Float32);

    [Fact]
    public void ScoresRankTheBestAndTheWorstAndEqualOnesTeachNothing()
    {
        SampledGroup Group(params double?[] scores) => new(0, [1], [.. scores.Select(score => new SampledRow([3, 4], ended: true) { Score = score, Advantages = [9, 9] })]);
        SampledGroup[] groups = [Group(1, 2), Group(2, 1), Group(1, 1), Group(null, 1), Group(0.5, null, 3, 1)];

        new RankedPairs().Give(groups, 0);

        groups.Select(group => group.Rows.Select(row => row.Advantages?[1])).Should().BeEquivalentTo(
            new float?[][] { [-1, 1], [1, -1], [null, null], [null, null], [-1, null, 1, null] }, options => options.WithStrictOrdering());
    }

    [Fact]
    public void LossAndGradientsAreThoseOfDpoOnTheSamePairs()
    {
        using var model = TestModels.Tiny(1).TrainableOwned();
        using var reference = TestModels.Tiny(2);
        using var scope = NewDisposeScope();
        var groups = RandomRollouts.Groups(5, groupSize: 2);
        new RankedPairs().Give(groups, 0);
        new RolloutScorer(model, reference, null, Sampling).Read(RolloutPacking.Pack(groups, new(5, 5, 0, false))[0], ofPolicy: false);
        var ranked = new RankedPairObjective(model, (p, r) => new PairLoss.Sigmoid().Evaluate(p, r, Beta), Sampling);
        TokenizedExample[] pairs = [.. groups.Select(group => new TokenizedExample(group.Prompt, [.. group.Rows.OrderByDescending(row => row.Score).Select(row => row.Ids)], []))];
        var dpo = new PreferenceObjective(model, reference, (p, r) => new PairLoss.Sigmoid().Evaluate(p, r, Beta));

        var (loss, gradients, metrics) = ObjectiveSteps.Run(model, ranked, RandomRollouts.Batches(groups));
        var (expected, expectedGradients, expectedMetrics) = ObjectiveSteps.Run(model, dpo, [Collator.Pack(pairs, endRows: false)]);

        loss.Should().BeApproximately(expected, 1e-6);
        for (var i = 0; i < gradients.Length; i++)
            TestModels.Difference(gradients[i], expectedGradients[i]).Should().BeLessThan(1e-5, $"parameter {i}");
        foreach (var name in new[] { "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected" })
            metrics[name].Should().BeApproximately(expectedMetrics[name], 1e-4, name);
        double Ratio(TokenizedExample pair, int side) =>
            PlainModel.LogProb(model, pair.Prompt, pair.Completions[side]) - PlainModel.LogProb(reference, pair.Prompt, pair.Completions[side]);
        var plain = pairs.Average(pair => Math.Log(1 + Math.Exp(-Beta * (Ratio(pair, 0) - Ratio(pair, 1)))));
        loss.Should().BeApproximately(plain, 1e-5);
        metrics["objective/kl"].Should().BeApproximately(pairs.Average(pair => (Ratio(pair, 0) + Ratio(pair, 1)) / 2), 1e-4);
    }

    [Fact]
    public void PairsWithoutABetterSideAreLeftOutOfTheMean()
    {
        using var model = TestModels.Tiny(1).TrainableOwned();
        using var scope = NewDisposeScope();
        var groups = RandomRollouts.Groups(4, groupSize: 2);
        foreach (var row in groups[1].Rows.Concat(groups[2].Rows))
            row.Score = 1;
        new RankedPairs().Give(groups, 0);
        var ranked = new RankedPairObjective(model, (p, r) => new PairLoss.Sigmoid().Evaluate(p, r, Beta), Sampling);

        var all = ObjectiveSteps.Run(model, ranked, RandomRollouts.Batches(groups));
        var those = ObjectiveSteps.Run(model, ranked, RandomRollouts.Batches([groups[0], groups[3]]));
        var none = ObjectiveSteps.Run(model, ranked, RandomRollouts.Batches([groups[1]]));

        all.Loss.Should().BeApproximately(those.Loss, 1e-6);
        none.Loss.Should().Be(0);
        none.Gradients.Should().OnlyContain(gradient => gradient.All(x => x == 0));
        none.Metrics.Should().NotContainKey("rewards/margins");
    }

    [Fact]
    public void LogitsAreDividedByTheTemperatureThatSampled()
    {
        using var model = TestModels.Tiny(1).TrainableOwned();
        using var scope = NewDisposeScope();
        var groups = RandomRollouts.Groups(2, groupSize: 2);
        new RankedPairs().Give(groups, 0);
        double Loss(double temperature) => ObjectiveSteps.Run(
            model, new RankedPairObjective(model, (p, r) => new PairLoss.Sigmoid().Evaluate(p, r, Beta), Sampling with { Temperature = temperature }),
            RandomRollouts.Batches(groups)).Metrics["logps/chosen"];

        Loss(0.5).Should().NotBe(Loss(1));
    }
}
