using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Labels that are only probable: DPO and the reward model take the cross-entropy.</summary>
public sealed class SoftLabelTests : IDisposable
{
    private const double Beta = 0.3;

    private static readonly float[] Probabilities = [0.5f, 0.9f, 1, 0.7f, 0];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _policy = TestModels.Tiny(1);
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = [.. RandomExamples.Pairs(5).Zip(Probabilities, (example, p) => example with { Values = [p] })];

    public void Dispose()
    {
        _policy.Dispose();
        _reference.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void DposLossIsTheCrossEntropyOfEachPair()
    {
        var expected = _examples.Zip(Probabilities).Average(pair =>
        {
            var (policy, reference) = (LogProbs(_policy, pair.First), LogProbs(_reference, pair.First));
            return ScalarMath.Dpo(policy, reference, Beta, smoothing: 1 - pair.Second);
        });
        Near.Relative(Evaluate(hasProbabilities: true, _examples).Loss, expected, 1e-5);
        Evaluate(hasProbabilities: false, _examples).Loss.Should().NotBeApproximately(expected, 1e-3);
    }

    [Fact]
    public void CertainLabelsGiveTheSameLossAndAnyLabelTheSameRewards()
    {
        TokenizedExample[] certain = [.. _examples.Select(example => example with { Values = [1] })];
        var (soft, hard) = (Evaluate(hasProbabilities: true, certain), Evaluate(hasProbabilities: false, certain));
        Near.Relative(soft.Loss, hard.Loss, 1e-6);
        Evaluate(hasProbabilities: true, _examples).Metrics["rewards/margins"].Should().Be(hard.Metrics["rewards/margins"]);
    }

    [Fact]
    public void GradientsDoNotDependOnMicroBatches()
    {
        using var model = _policy.TrainableCopy();
        GradientChecks.RequireSameInMicroBatches(model, Objective(model, hasProbabilities: true), _examples);
    }

    [Fact]
    public void TheRewardModelsLossIsTheCrossEntropyOfTheDistance()
    {
        double[] margins = [0.9, -0.4], probabilities = [0.8, 0.3], asked = [0.5, 0];
        var loss = BradleyTerryLoss.Compute(
            new(tensor(margins), zeros(2, ScalarType.Float64)), tensor(asked), centering: 0, tensor(probabilities)).data<double>().ToArray();
        loss.Should().HaveCount(2);
        for (var pair = 0; pair < 2; pair++)
        {
            var distance = margins[pair] - asked[pair];
            Near.Relative(loss[pair], -(probabilities[pair] * ScalarMath.LogSigmoid(distance)) - ((1 - probabilities[pair]) * ScalarMath.LogSigmoid(-distance)), 1e-12);
        }
    }

    [Fact]
    public void OfAnUndecidedLabelTheLossIsLeastWhereRewardsAreEqual() => // -½ log σ(d) - ½ log σ(-d) is ln 2 at d = 0, with derivative 0
        BradleyTerryLoss.Compute(new(tensor(new[] { 0.7, 1.7 }), tensor(new[] { 0.7, 0.7 })), chosenProbability: tensor(new[] { 0.5, 0.5 }))
            .data<double>().ToArray().Should().SatisfyRespectively(
                equal => equal.Should().BeApproximately(Math.Log(2), 1e-12),
                apart => apart.Should().BeGreaterThan(Math.Log(2)));

    [Fact]
    public void GradientsAreThoseOfFiniteDifferences()
    {
        var (rejected, probabilities) = (tensor(new[] { 0.2, -0.7, 0.1 }), tensor(new[] { 0.5, 0.9, 0.35 }));
        Near.RequireGradient(chosen => BradleyTerryLoss.Compute(new(chosen, rejected), chosenProbability: probabilities).sum(), [1.1, -0.3, 0.4]);
        Near.RequireGradient(
            loss => SoftLabels.Expected(-nn.functional.logsigmoid(loss), -nn.functional.logsigmoid(-loss), probabilities).sum(), [1.1, -0.3, 0.4]);
    }

    [Fact]
    public void ARewardModelReadsMarginAndProbabilityByTheirPlaces()
    {
        TokenizedExample[] both = [.. RandomExamples.Pairs(2).Zip([0.25f, 0.75f], (example, p) => example with { Values = [2, p] })];
        var batch = MarginBatch.Pack(both, hasMargins: true);
        batch.Margins.Should().Equal(2, 2);
        batch.ChosenProbabilities.Should().Equal(0.25f, 0.75f);
        var alone = MarginBatch.Pack(_examples, hasMargins: false);
        alone.Margins.Should().BeNull();
        alone.ChosenProbabilities.Should().Equal(Probabilities);
    }

    [Fact]
    public void TheRewardObjectiveUsesThem()
    {
        using var copy = _policy.TrainableCopy();
        using var model = copy.With([], new Parameter(linspace(-0.2, 0.3, 24).reshape(1, 24), true));
        StepSummary Loss(IReadOnlyList<TokenizedExample> examples) => StepSummary.Read(
            [new RewardObjective(model, 0, Precision.Float32).Evaluate(MarginBatch.Pack(examples, hasMargins: false))], gradientNorm: 0);
        double[] of = [.. new[] { 0f, 0.25f, 1f }.Select(p => Loss([.. _examples.Select(example => example with { Values = [p] })]).Loss)];
        Near.Relative(of[1], (0.75 * of[0]) + (0.25 * of[2]), 1e-6);
        of[0].Should().NotBeApproximately(of[2], 1e-6);
    }

    [Fact]
    public void WhatIsNoProbabilityAndALossThatCouplesPairsAreRefused()
    {
        var (context, options) = (new MLContext(seed: 1), AlignedChain.DpoOptions with { ChosenProbabilityColumnName = "Sure" });
        var align = context.Alignment();
        var couple = () => align.Trainers.Dpo(options with { Loss = new PairLoss.Aot() });
        couple.Should().Throw<ArgumentException>().WithMessage("*ChosenProbabilityColumnName is set, and Aot compares pairs*");
        var rows = context.Data.LoadFromEnumerable(AlignedChain.Rows.Select(row => new SureRow { Prompt = row.Prompt, Chosen = row.Chosen, Rejected = row.Rejected, Sure = 1.5f }));
        var fit = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Dpo(options)).Fit(rows);
        fit.Should().Throw<InvalidDataException>().WithMessage("Column 'Sure' has 1.5; a probability in [0, 1] is needed*");
        var missing = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.RewardModel(new() { ChosenProbabilityColumnName = "Absent" })).Fit(rows);
        missing.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Absent*");
    }

    private static (double Chosen, double Rejected) LogProbs(LanguageModel model, TokenizedExample example) =>
        (PlainModel.LogProb(model, example.Prompt, example.Completions[0]), PlainModel.LogProb(model, example.Prompt, example.Completions[1]));

    private PreferenceObjective Objective(LanguageModel model, bool hasProbabilities) =>
        new(model, _reference, (policy, reference) => new PairLoss.Sigmoid().Evaluate(policy, reference, Beta)) { HasChosenProbabilities = hasProbabilities };

    private StepSummary Evaluate(bool hasProbabilities, TokenizedExample[] examples) =>
        StepSummary.Read([Objective(_policy, hasProbabilities).Evaluate(Collator.Pack(examples))], gradientNorm: 0);

    private sealed class SureRow
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";

        public float Sure { get; set; }
    }
}
