using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>The preference objective without a reference, and its supervised term.</summary>
public sealed class ReferenceFreeObjectiveTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _policy = TestModels.Tiny(1);
    private readonly TokenizedExample[] _examples = RandomExamples.Pairs(5);

    public void Dispose()
    {
        _policy.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(SftScope.Completion)]
    [InlineData(SftScope.PromptAndCompletion)]
    public void LossAndMetricsEqualAPlainComputation(SftScope scope)
    {
        var plain = _examples.Select(e => (Chosen: Mean(e.Prompt, e.Completions[0]), Rejected: Mean(e.Prompt, e.Completions[1]))).ToArray();
        var from = scope == SftScope.Completion ? _examples.Select(e => e.Prompt.Length).ToArray() : [1, 1, 1, 1, 1];
        var sequences = _examples.Zip(from, (e, start) => Split([.. e.Prompt, .. e.Completions[0]], start)).ToArray();
        var nll = -sequences.Sum(s => PlainModel.LogProb(_policy, s.Given, s.Counted)) / sequences.Sum(s => s.Counted.Length);

        var result = Evaluate(new(_policy, Loss) { SftWeight = 0.7, SftScope = scope }, _examples);

        Near.Relative(result.Loss, plain.Average(p => -ScalarMath.LogSigmoid(p.Chosen - p.Rejected)) + (0.7 * nll), 1e-5);
        Near.Relative(result.Metrics["nll_loss"], nll, 1e-5);
        Near.Relative(result.Metrics["rewards/margins"], plain.Average(p => p.Chosen - p.Rejected), 1e-5);
        Near.Relative(result.Metrics["a detail"], plain.Average(p => p.Chosen), 1e-5);
    }

    /// <summary>Also the beginning that prompts of a micro-batch share differs between the ways to cut it.</summary>
    [Theory]
    [InlineData(SftScope.Completion)]
    [InlineData(SftScope.PromptAndCompletion)]
    public void GradientsDoNotDependOnMicroBatches(SftScope scope)
    {
        using var trained = _policy.TrainableCopy();
        var shared = _examples.Select((e, i) => e with { Prompt = [.. Enumerable.Range(3, i < 2 ? 12 : 9), .. e.Prompt] }).ToArray();
        var objective = new PreferenceObjective(trained, Loss) { SftWeight = 0.7, SftScope = scope };

        GradientChecks.RequireSameInMicroBatches(trained, objective, shared);
    }

    [Fact]
    public void APairsLossDoesNotDependOnTheOtherRowsOfItsBatch()
    {
        var objective = new PreferenceObjective(_policy, Loss);
        var alone = _examples.Select(e => Evaluate(objective, [e]).Loss).ToArray();

        Near.Relative(Evaluate(objective, _examples).Loss, alone.Average(), 1e-6);
    }

    private static PreferenceLoss Loss(PairLogProbs policy)
    {
        var mean = policy.Mean;
        return new(-nn.functional.logsigmoid(mean.Margin), mean.Chosen.detach(), mean.Rejected.detach())
        {
            Details = [new("a detail", mean.Chosen.detach())],
        };
    }

    private static StepSummary Evaluate(PreferenceObjective objective, TokenizedExample[] examples)
    {
        var batch = Collator.Pack(examples);
        return StepSummary.Read([objective.Evaluate(batch)], gradientNorm: 0);
    }

    private static (int[] Given, int[] Counted) Split(int[] ids, int at) => (ids[..at], ids[at..]);

    private double Mean(int[] prompt, int[] completion) => PlainModel.LogProb(_policy, prompt, completion) / completion.Length;
}
