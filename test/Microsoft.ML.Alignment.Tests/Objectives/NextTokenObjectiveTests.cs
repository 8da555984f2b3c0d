using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class NextTokenObjectiveTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _model = TestModels.Tiny();

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void LossIsTheMeanOverAllCompletionTokens()
    {
        var examples = RandomExamples.Completions(4);
        var objective = new NextTokenObjective(_model, Precision.Float32);
        var batch = Collator.Pack(examples);

        var loss = objective.Evaluate(batch).Loss.item<float>();

        var expected = -examples.Sum(e => PlainModel.LogProb(_model, e.Prompt, e.Completions[0])) / examples.Sum(e => e.Completions[0].Length);
        Near.Relative(loss, expected, 1e-5);
    }

    [Fact]
    public void MetricsAreThoseOfThePlainModel()
    {
        var examples = RandomExamples.Completions(4);
        var objective = new NextTokenObjective(_model, Precision.Float32);
        var batch = Collator.Pack(examples);

        var metrics = objective.Evaluate(batch).Metrics.ToDictionary(
            metric => metric.Name, metric => metric.Value.to(float64).item<double>() / metric.Weight);

        var tokens = examples.SelectMany(example => PlainTokens(example.Prompt, example.Completions[0])).ToArray();
        Near.Relative(metrics["mean_token_accuracy"], tokens.Average(token => token.IsTop ? 1 : 0), 1e-6);
        Near.Relative(metrics["entropy"], tokens.Average(token => token.Entropy), 1e-5);
        Near.Relative(metrics["logps/end"], tokens.Where(token => token.IsEnd).Average(token => token.LogProb), 1e-5);
    }

    private IEnumerable<(double LogProb, double Entropy, bool IsTop, bool IsEnd)> PlainTokens(int[] prompt, int[] completion)
    {
        for (var t = 0; t < completion.Length; t++)
        {
            var scores = PlainModel.NextLogProbs(_model, [.. prompt, .. completion[..t]]);
            yield return (
                scores[completion[t]], -scores.Sum(score => Math.Exp(score) * score), scores[completion[t]] == scores.Max(), t == completion.Length - 1);
        }
    }

    [Fact]
    public void TheModelComputesInThePrecisionAskedFor()
    {
        var batch = Collator.Pack(RandomExamples.Completions(4));
        float Loss(Precision precision)
        {
            var objective = new NextTokenObjective(_model, precision);
            return objective.Evaluate(batch).Loss.item<float>();
        }

        var (exact, rounded) = (Loss(Precision.Float32), Loss(Precision.BFloat16));

        rounded.Should().NotBe(exact).And.BeApproximately(exact, 0.02f * exact, "bfloat16 has 8 bits of precision");
    }

    [Fact]
    public void GradientsDoNotDependOnMicroBatches()
    {
        using var policy = _model.TrainableCopy();

        GradientChecks.RequireSameInMicroBatches(policy, new NextTokenObjective(policy, Precision.Float32), RandomExamples.Completions(5));
    }
}
