using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class RewardObjectiveTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _model;
    private readonly TokenizedExample[] _examples = RandomExamples.Pairs(5);

    public RewardObjectiveTests()
    {
        using var policy = TestModels.Tiny();
        using var copy = policy.TrainableCopy();
        _model = copy.With([], new Parameter(linspace(-0.2, 0.3, 24).reshape(1, 24), true));
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void LossAndMetricsEqualAPlainComputation()
    {
        var chosen = _examples.Select(e => Reward(e, 0)).ToArray();
        var rejected = _examples.Select(e => Reward(e, 1)).ToArray();
        double[] all = [.. chosen, .. rejected];

        var result = Evaluate(_examples);

        Near.Relative(result.Loss, _examples.Select((e, i) => ScalarMath.BradleyTerry(chosen[i], rejected[i], e.Values[0], 0.05)).Average(), 1e-5);
        Near.Relative(result.Metrics["accuracy"], chosen.Zip(rejected).Average(r => r.First > r.Second ? 1 : 0), 1e-6);
        Near.Relative(result.Metrics["margin"], chosen.Average() - rejected.Average(), 1e-5);
        Near.Relative(result.Metrics["mean_reward"], all.Average(), 1e-5);
        Near.Relative(result.Metrics["min_reward"], all.Min(), 1e-5);
        Near.Relative(result.Metrics["max_reward"], all.Max(), 1e-5);
    }

    [Fact]
    public void PairsWithoutMarginAskForNone()
    {
        TokenizedExample[] plain = [.. _examples.Select(e => e with { Values = [] })];
        TokenizedExample[] zero = [.. _examples.Select(e => e with { Values = [0] })];

        Evaluate(plain).Loss.Should().Be(Evaluate(zero).Loss).And.NotBe(Evaluate(_examples).Loss);
    }

    [Fact]
    public void GradientsDoNotDependOnMicroBatches() =>
        GradientChecks.RequireSameInMicroBatches(_model, new RewardObjective(_model, 0.05, Precision.Float32), _examples, pairs => MarginBatch.Pack(pairs, hasMargins: _examples[0].Values.Length > 0));

    private StepSummary Evaluate(TokenizedExample[] pairs)
    {
        var objective = new RewardObjective(_model, centering: 0.05, Precision.Float32);
        var batch = MarginBatch.Pack(pairs, hasMargins: pairs[0].Values.Length > 0);
        return StepSummary.Read([objective.Evaluate(batch)], gradientNorm: 0);
    }

    /// <summary>The head's product with the hidden state of the last token of the whole sequence, alone.</summary>
    private double Reward(TokenizedExample example, int completion)
    {
        using var noGrad = no_grad();
        var hidden = _model.Forward(PackedSequences.Of([[.. example.Prompt, .. example.Completions[completion]]]), new()).Hidden;
        return hidden[-1].data<float>().Zip(_model.RewardHead!.data<float>(), (h, w) => (double)h * w).Sum();
    }
}
