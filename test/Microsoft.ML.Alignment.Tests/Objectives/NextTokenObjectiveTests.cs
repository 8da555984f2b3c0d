using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class NextTokenObjectiveTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly LanguageModel model = TestModels.Tiny();

    public void Dispose()
    {
        model.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void LossIsTheMeanOverAllCompletionTokens()
    {
        var examples = RandomExamples.Completions(4);
        var objective = new NextTokenObjective(model, Precision.Float32);
        var batch = Collator.Pack(examples);

        var loss = objective.Evaluate(batch, objective.Count(batch)).Loss.item<float>();

        var expected = -examples.Sum(e => PlainModel.LogProb(model, e.Prompt, e.Completions[0])) / examples.Sum(e => e.Completions[0].Length);
        Near.Relative(loss, expected, 1e-5);
    }

    [Fact]
    public void TheModelComputesInThePrecisionAskedFor()
    {
        var batch = Collator.Pack(RandomExamples.Completions(4));
        float Loss(Precision precision)
        {
            var objective = new NextTokenObjective(model, precision);
            return objective.Evaluate(batch, objective.Count(batch)).Loss.item<float>();
        }

        var (exact, rounded) = (Loss(Precision.Float32), Loss(Precision.BFloat16));

        rounded.Should().NotBe(exact).And.BeApproximately(exact, 0.02f * exact, "bfloat16 has 8 bits of precision");
    }

    [Fact]
    public void GradientsDoNotDependOnMicroBatches()
    {
        using var policy = model.TrainableCopy();

        GradientChecks.RequireSameInMicroBatches(policy, new NextTokenObjective(policy, Precision.Float32), RandomExamples.Completions(5));
    }
}
