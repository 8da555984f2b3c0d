using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class PreferenceObjectiveTests : IDisposable
{
    private const double Beta = 0.3;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _policy = TestModels.Tiny(1);
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = RandomExamples.Pairs(5);

    public void Dispose()
    {
        _policy.Dispose();
        _reference.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void APolicyThatIsItsReferenceHasLossLn2AndNoMargin()
    {
        var result = Evaluate(new(_policy, _policy, Dpo), _examples);

        Near.Relative(result.Loss, Math.Log(2), 1e-6);
        (result.Metrics["rewards/margins"], result.Metrics["rewards/accuracies"]).Should().Be((0, 0), "a tie is no success");
    }

    [Fact]
    public void LossAndMetricsEqualAPlainComputation()
    {
        var plain = _examples.Select(e => (Policy: LogProbs(_policy, e), Reference: LogProbs(_reference, e))).ToArray();
        var chosen = plain.Select(p => Beta * (p.Policy.Chosen - p.Reference.Chosen)).ToArray();
        var rejected = plain.Select(p => Beta * (p.Policy.Rejected - p.Reference.Rejected)).ToArray();

        var result = Evaluate(new(_policy, _reference, Dpo), _examples);

        Near.Relative(result.Loss, plain.Average(p => ScalarMath.Dpo(p.Policy, p.Reference, Beta, 0)), 1e-5);
        Near.Relative(result.Metrics["rewards/chosen"], chosen.Average(), 1e-5);
        Near.Relative(result.Metrics["rewards/rejected"], rejected.Average(), 1e-5);
        Near.Relative(result.Metrics["rewards/margins"], chosen.Average() - rejected.Average(), 1e-5);
        Near.Relative(result.Metrics["rewards/accuracies"], chosen.Zip(rejected).Average(r => r.First > r.Second ? 1 : 0), 1e-6);
        Near.Relative(result.Metrics["logps/chosen"], plain.Average(p => p.Policy.Chosen), 1e-5);
        Near.Relative(result.Metrics["logps/rejected"], plain.Average(p => p.Policy.Rejected), 1e-5);
        Near.Relative(result.Metrics["nll_loss"], -plain.Sum(p => p.Policy.Chosen) / _examples.Sum(e => e.Completions[0].Length), 1e-5);
    }

    [Fact]
    public void TheSftTermAddsTheChosenCompletionsNegativeLogLikelihood()
    {
        var without = Evaluate(new(_policy, _reference, Dpo), _examples);

        var with = Evaluate(new(_policy, _reference, Dpo) { SftWeight = 0.7 }, _examples);

        Near.Relative(with.Loss, without.Loss + (0.7 * without.Metrics["nll_loss"]), 1e-6);
    }

    [Fact]
    public void GradientsDoNotDependOnMicroBatches()
    {
        using var trained = _policy.TrainableCopy();

        GradientChecks.RequireSameInMicroBatches(trained, new PreferenceObjective(trained, _reference, Dpo) { SftWeight = 0.7 }, _examples);
    }

    [Fact]
    public void TheReferenceHasNeitherDropoutNorGradients()
    {
        using var dropping = _reference.With([DroppingAdapter(_reference)], null);
        using var trained = _policy.TrainableCopy();
        var objective = new PreferenceObjective(trained, dropping, Dpo);
        var batch = Collator.Pack(_examples);

        var losses = Enumerable.Range(0, 2).Select(_ => objective.Evaluate(batch).Loss).ToArray();
        losses[0].backward();

        losses[0].item<float>().Should().Be(losses[1].item<float>());
        dropping.TrainableParameters.Should().NotBeEmpty().And.AllSatisfy(p => (p.grad is null).Should().BeTrue());
    }

    [Fact]
    public void ThePolicyDropsInputsOfItsAdapter()
    {
        using var dropping = _policy.With([DroppingAdapter(_policy)], null);
        var objective = new PreferenceObjective(dropping, _reference, Dpo);

        Evaluate(objective, _examples).Loss.Should().NotBe(Evaluate(objective, _examples).Loss);
    }

    private static PreferenceLoss Dpo(PairLogProbs policy, PairLogProbs reference) => new PairLoss.Sigmoid().Evaluate(policy, reference, Beta);

    private static StepSummary Evaluate(PreferenceObjective objective, TokenizedExample[] examples)
    {
        var batch = Collator.Pack(examples);
        return StepSummary.Read([objective.Evaluate(batch)], gradientNorm: 0);
    }

    private static (double Chosen, double Rejected) LogProbs(LanguageModel model, TokenizedExample example) =>
        (PlainModel.LogProb(model, example.Prompt, example.Completions[0]), PlainModel.LogProb(model, example.Prompt, example.Completions[1]));

    private static Adapter DroppingAdapter(LanguageModel model) => new("dropping", "{}", model.LinearLayers.ToDictionary(
        layer => layer.Key,
        layer => new LowRankUpdate(new(ones(2, layer.Value.In) / 9, true), new(ones(layer.Value.Out, 2) / 7, true), 1, Dropout: 0.5)));
}
