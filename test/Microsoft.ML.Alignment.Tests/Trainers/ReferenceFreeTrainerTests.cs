using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Trainers;

/// <summary>Pairwise methods that compare the policy with nothing.</summary>
public sealed class ReferenceFreeTrainerTests
{
    private static readonly TrainingOptions Short = new() { MaxSteps = 2, BatchSize = 3, LearningRate = 1e-3 };

    private readonly MLContext _context = new(seed: 7);
    private readonly ProgressList _progress = new();

    public static TheoryData<string> Methods => new("SimPo", "Cpo", "Orpo");

    [Theory]
    [MemberData(nameof(Methods))]
    public void TheFittedPolicyHasNoReferenceAndNoImplicitRewards(string method)
    {
        var pairs = AlignedChain.ViewOfPairs(_context);
        using var fitted = Chain(method, Short).Fit(pairs);

        fitted.LastTransformer.Stage.Reference.Should().BeNull();
        fitted.LastTransformer.Stage.Settings.Method.Should().Be(method.ToLowerInvariant());
        fitted.Transform(pairs).Schema.Select(column => column.Name).Distinct()
            .Should().BeEquivalentTo("Prompt", "Chosen", "Rejected", "Policy", "GeneratedCompletion");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void WhatIsComposedPromisesWhatIsFitted(string method)
    {
        var pairs = AlignedChain.ViewOfPairs(_context);
        var chain = Chain(method, Short);
        using var fitted = chain.Fit(pairs);

        chain.GetOutputSchema(AlignmentSchema.ShapeOf(pairs.Schema)).Select(column => column.Name)
            .Should().BeEquivalentTo(fitted.Transform(pairs).Schema.Where(column => !column.IsHidden).Select(column => column.Name));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void TrainingRaisesTheMarginOfThePairsItTrainsOn(string method)
    {
        var training = Short with { MaxSteps = 12, BatchSize = 5, LearningRate = 5e-3, Shuffle = false };

        using var fitted = Chain(method, training).Fit(AlignedChain.ViewOfPairs(_context));

        var margins = _progress.Reports.Select(report => report.Metrics["rewards/margins"]).ToArray();
        margins[^1].Should().BeGreaterThan(margins[0]);
        _progress.Reports[^1].Loss.Should().BeLessThan(_progress.Reports[0].Loss);
    }

    /// <summary>
    /// Where a row is too long for both, TRL's trainers of these methods cut completions to nothing, and the loss is not a number.
    /// </summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void OverLongRowsLoseTheirPromptsBeginningAndNeverTheirCompletions(string method)
    {
        var prompt = string.Join(" ", Enumerable.Repeat("One day, Lily wanted to go.", 30));
        var answer = string.Join(" ", Enumerable.Repeat("So Lily went home.", 30));
        var longPrompt = new PairRow { Prompt = prompt, Chosen = " She went.", Rejected = " She goed." };
        var longAnswer = new PairRow { Prompt = prompt, Chosen = answer, Rejected = " She goed." };
        var training = Short with { MaxLength = 32, BatchSize = 1 };

        using var fitted = Chain(method, training).Fit(_context.Data.LoadFromEnumerable([longPrompt]));
        new Action(() => Chain(method, training).Fit(_context.Data.LoadFromEnumerable([longPrompt, longAnswer])))
            .Should().Throw<InvalidDataException>().WithMessage("Row 2, column 'Chosen'*");
        var skipping = Chain(method, training with { InvalidRows = InvalidRows.Skip });
        using var rest = skipping.Fit(_context.Data.LoadFromEnumerable([longAnswer, longPrompt]));

        _progress.Reports.Should().HaveCount(4);
        _progress.Reports.Should().OnlyContain(report => double.IsFinite(report.Loss) && report.Metrics["logps/chosen"] < 0);
    }

    [Fact]
    public void OrpoWithNeitherTermIsRefusedWhenComposed()
    {
        new Action(() => _context.Alignment().Trainers.Orpo(new() { SftWeight = 0, OddsRatioWeight = 0 }))
            .Should().Throw<ArgumentException>().WithMessage("*SftWeight and OddsRatioWeight are both 0*");
        _context.Alignment().Trainers.Orpo(new() { SftWeight = 0 }).Should().NotBeNull();
    }

    private EstimatorChain<PolicyTransformer> Chain(string method, TrainingOptions training)
    {
        var align = _context.Alignment(new AlignmentRun { Progress = _progress });
        var lora = new LoraOptions { Rank = 3, Alpha = 6 };
        PairwiseTrainer trainer = method switch
        {
            "SimPo" => align.Trainers.SimPo(new() { Lora = lora, Training = training }),
            "Cpo" => align.Trainers.Cpo(new() { Lora = lora, Training = training }),
            _ => align.Trainers.Orpo(new() { Lora = lora, Training = training }),
        };
        return align.BaseModel(AlignedChain.BasePath).Append(trainer);
    }
}
