using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class UnpairedObjectiveTests : IDisposable
{
    private const double Beta = 0.3;

    private static readonly FeedbackWeights Weights = new(1.2, 0.8);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _policy = TestModels.Tiny(1).TrainableOwned();
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = FeedbackSteps.Examples(8);
    private readonly RunningMidpoint _midpoint = new(CPU);

    public void Dispose()
    {
        _policy.Dispose();
        _reference.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void LossAndMetricsEqualAPlainComputation(int microBatchSize)
    {
        var ratios = _examples.Select(e => LogRatio(e.Prompt, e.Completions[0])).ToArray();
        var labels = _examples.Select(e => e.Values[0] > 0).ToArray();
        var divergence = Math.Max(0, _examples.Select((e, i) => LogRatio(e.Prompt, _examples[(i + 7) % 8].Completions[0])).Average());
        var losses = ratios.Zip(labels, (ratio, label) => PlainFeedback.Kto(ratio, label, divergence, Beta, label ? 1.2 : 0.8));
        double Mean(bool label) => Beta * ratios.Where((_, i) => labels[i] == label).Average();

        var result = FeedbackSteps.Train(Kto(), FeedbackSteps.One(_examples, microBatchSize));

        divergence.Should().BePositive("this test is to see it");
        Near.Relative(result.Loss, losses.Average(), 1e-5);
        Near.Relative(result.Metrics["kl"], divergence, 1e-5);
        Near.Relative(result.Metrics["rewards/chosen"], Mean(true), 1e-5);
        Near.Relative(result.Metrics["rewards/rejected"], Mean(false), 1e-5);
        Near.Relative(result.Metrics["rewards/margins"], Mean(true) - Mean(false), 1e-5);
        Near.Relative(result.Metrics["logps/chosen"], LogProb(true), 1e-5);
        Near.Relative(result.Metrics["logps/rejected"], LogProb(false), 1e-5);
        double LogProb(bool label) =>
            _examples.Where((_, i) => labels[i] == label).Average(e => PlainModel.LogProb(_policy, e.Prompt, e.Completions[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void LossAndGradientsDoNotDependOnMicroBatches(int microBatchSize)
    {
        foreach (var create in new[] { Kto, Bco })
        {
            var (whole, wholeGradients) = Train(create(), FeedbackSteps.One(_examples, 8));

            var (parts, gradients) = Train(create(), FeedbackSteps.One(_examples, microBatchSize));

            Near.Relative(parts, whole, 1e-6);
            for (var i = 0; i < gradients.Length; i++)
            {
                var largest = Math.Max(1, wholeGradients[i].Max(Math.Abs));
                TestModels.Difference(gradients[i], wholeGradients[i]).Should().BeLessThan(1e-6 * largest);
            }
        }
    }

    [Fact]
    public void ADivergenceBelowZeroCountsAsZero()
    {
        var step = FeedbackSteps.One(_examples, 8);

        Divergence(step, new(_policy, _reference, Precision.Float32)).Should().BePositive();
        Divergence(step, new(_reference, _policy, Precision.Float32)).Should().Be(0);
    }

    [Fact]
    public void AStepOfOneRowTakesTheCompletionOfItsNeighbour()
    {
        var source = FeedbackSteps.Source(_examples[..3], batchSize: 1, microBatchSize: 1);

        var results = source.Epoch(0).Select(step => FeedbackSteps.Train(Kto(), step).Metrics).ToArray();

        for (var i = 0; i < 3; i++)
        {
            var expected = Math.Max(0, LogRatio(_examples[i].Prompt, _examples[(i + 2) % 3].Completions[0]));
            Near.Relative(results[i]["kl"], expected, 1e-5, $"row {i}");
        }
    }

    [Fact]
    public void AStepOfOneKindHasNoMetricsOfTheOther()
    {
        var desirable = _examples.Where(e => e.Values[0] > 0).ToArray();

        var metrics = FeedbackSteps.Train(Kto(), FeedbackSteps.One(desirable, 2)).Metrics;

        metrics.Keys.Should().BeEquivalentTo("rewards/chosen", "logps/chosen", "kl");
        metrics.Values.Should().OnlyContain(value => double.IsFinite(value));
    }

    [Fact]
    public void TheDivergenceIsAConstantOfTheLoss()
    {
        var step = Apart(FeedbackSteps.One(_examples, 8));
        var value = Divergence(step, Models());
        UnpairedLoss withConstant = (logRatios, _) => KtoLoss.Compute(logRatios, tensor(value), Beta, Weights);

        var (_, expected) = Train(new(Models(), withConstant, new ZeroPoint()), step);
        var (_, gradients) = Train(Kto(), step);

        value.Should().BePositive();
        for (var i = 0; i < gradients.Length; i++)
            gradients[i].Should().Equal(expected[i]);
    }

    [Fact]
    public void OnlyThePassThatTrainsDropsInputs()
    {
        using var dropping = _policy.With([Dropping(_policy)], null);
        var models = new ReferencedPolicy(dropping, _reference, Precision.Float32);
        var batch = FeedbackSteps.One(_examples, 8)[0];

        Losses().Should().OnlyHaveUniqueItems();
        Divergences().Distinct().Should().ContainSingle();
        float[] Losses() => [.. Enumerable.Range(0, 3).Select(_ => models.TrainingLogProbs(batch).sum().item<float>())];
        float[] Divergences() => [.. Enumerable.Range(0, 3).Select(_ => Divergence([batch], models))];
    }

    [Fact]
    public void BcoComparesWithTheMidpointOfTheRewardsBeforeTheStep()
    {
        var objective = Bco();
        var (first, second) = (FeedbackSteps.One(_examples[..5], 2), FeedbackSteps.One(_examples[5..], 2));
        double Reward(TokenizedExample e) => Beta * LogRatio(e.Prompt, e.Completions[0]);
        double Mean(bool label) => _examples[..5].Where(e => e.Values[0] > 0 == label).Average(Reward);

        var before = FeedbackSteps.Train(objective, first);
        _midpoint.Stepped(1);
        var after = FeedbackSteps.Train(objective, second);

        before.Metrics["delta"].Should().Be(0);
        Near.Relative(after.Metrics["delta"], (Mean(true) + Mean(false)) / 2, 1e-5);
        Near.Relative(after.Loss, _examples[5..].Average(e =>
            PlainFeedback.Bco(Reward(e) / Beta, e.Values[0] > 0, after.Metrics["delta"], Beta)), 1e-5);
    }

    [Fact]
    public void LookingAtAStepWithoutTrainingMovesNoMidpoint()
    {
        var objective = Bco();
        var step = FeedbackSteps.One(_examples, 8);
        using (no_grad())
            objective.Evaluate(step[0]);
        _midpoint.Stepped(1);

        FeedbackSteps.Train(objective, step).Metrics["delta"].Should().Be(0);
    }

    private UnpairedObjective<KtoBatch> Kto() =>
        new(Models(), (logRatios, divergence) => KtoLoss.Compute(logRatios, divergence, Beta, Weights), new MismatchedDivergence());

    private UnpairedObjective<KtoBatch> Bco() =>
        new(Models(), (logRatios, shift) => BcoLoss.Compute(logRatios, shift, Beta), _midpoint);

    private static float Divergence(IReadOnlyList<KtoBatch> step, ReferencedPolicy models) =>
        new MismatchedDivergence().Begin(Apart(step), models, Alone.Instance)(Apart(step)[0]).Point.item<float>();

    // Own and other completions in passes of their own.
    private static IReadOnlyList<KtoBatch> Apart(IReadOnlyList<KtoBatch> step) => [.. step.Select(batch => batch with { Together = null })];

    private ReferencedPolicy Models() => new(_policy, _reference, Precision.Float32);

    private (double Loss, float[][] Gradients) Train(UnpairedObjective<KtoBatch> objective, IReadOnlyList<KtoBatch> step)
    {
        foreach (var parameter in _policy.TrainableParameters)
            parameter.grad = null;
        var loss = FeedbackSteps.Train(objective, step).Loss;
        var gradients = _policy.TrainableParameters.Select(p => p.grad).OfType<Tensor>();
        return (loss, [.. gradients.Select(gradient => gradient.data<float>().ToArray())]);
    }

    private double LogRatio(int[] prompt, int[] completion) =>
        PlainModel.LogProb(_policy, prompt, completion) - PlainModel.LogProb(_reference, prompt, completion);

    private static Adapter Dropping(LanguageModel model) => new("dropping", "{}", model.LinearLayers.ToDictionary(
        layer => layer.Key,
        layer => new LowRankUpdate(new(ones(2, layer.Value.In) / 9, true), new(ones(layer.Value.Out, 2) / 7, true), 1, Dropout: 0.5)));
}
