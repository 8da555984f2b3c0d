using Microsoft.ML.Alignment.Data.Splitting;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Evaluation;

public sealed class CrossValidationTests
{
    private static readonly string[] Prompts = [.. AlignedChain.Rows.Select(row => row.Prompt).Distinct()];
    private readonly MLContext _context = new(seed: 7);

    [Fact]
    public void EveryRowIsHeldOutOnceAndNoPromptStandsOnBothSides()
    {
        var align = _context.Alignment();
        var folds = align.CrossValidate(
            AlignedChain.ViewOfPairs(_context, repeats: 2), AlignedChain.Pipeline(_context), scored => align.EvaluatePreferences(scored), numberOfFolds: 2);
        try
        {
            var heldOut = folds.Select(fold => fold.ScoredHoldOutSet.GetColumn<string>("Prompt").ToArray()).ToArray();
            heldOut.SelectMany(prompts => prompts).Should().BeEquivalentTo(Prompts.Concat(Prompts));
            heldOut[0].Should().NotIntersectWith(heldOut[1]);
            folds.Select(fold => fold.Fold).Should().Equal(0, 1);
            PreferenceMetrics.Pool(folds.Select(fold => fold.Metrics)).Accuracy.Count.Should().Be(2 * Prompts.Length);
            folds[0].Metrics.Margins.Zip(folds[0].ScoredHoldOutSet.GetColumn<float>("ImplicitRewardMargin"))
                .Should().OnlyContain(margins => Math.Abs(margins.First - margins.Second) < 1e-5);
        }
        finally
        {
            foreach (var fold in folds)
                fold.Dispose();
        }
    }

    [Fact]
    public void AFoldThatCannotBeMeasuredKeepsWhatWasFitted()
    {
        var fitted = new List<PolicyTransformer>();
        var pipeline = _context.Alignment().BaseModel(AlignedChain.BasePath).WithOnFitDelegate(fitted.Add);
        var validate = () => _context.Alignment().CrossValidate<int>(
            AlignedChain.ViewOfPairs(_context), pipeline, _ => fitted.Count < 2 ? 7 : throw new InvalidDataException("unmeasurable"), numberOfFolds: 2);

        var thrown = validate.Should().Throw<CrossValidationException<int>>().WithMessage("Fold 1*not measured*unmeasurable*").Which;

        fitted.Should().HaveCount(2);
        thrown.InnerException.Should().BeOfType<InvalidDataException>();
        thrown.Folds.Select(fold => (fold.Fold, fold.Metrics)).Should().Equal((0, 7));
        thrown.UnmeasuredModel.Should().BeSameAs(fitted[1]);
        foreach (var model in fitted)
        {
            model.Model.Share().Dispose();
            model.Dispose();
        }
    }

    [Fact]
    public void ACanceledFoldDisposesWhatWasFitted()
    {
        var fitted = new List<PolicyTransformer>();
        var pipeline = _context.Alignment().BaseModel(AlignedChain.BasePath).WithOnFitDelegate(fitted.Add);
        var validate = () => _context.Alignment().CrossValidate<int>(
            AlignedChain.ViewOfPairs(_context), pipeline, _ => fitted.Count < 2 ? 0 : throw new OperationCanceledException(), numberOfFolds: 2);
        validate.Should().Throw<OperationCanceledException>();
        fitted.Should().AllSatisfy(model => model.Invoking(m => m.Model.Share()).Should().Throw<ObjectDisposedException>());
    }

    [Fact]
    public void FewPromptsLeaveNoFoldEmptyWhateverTheSeed()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var dealt = PromptFolds.Of(AlignedChain.ViewOfPairs(_context, repeats: 3), 5, seed, "Prompt");
            dealt.Select(fold => fold.Test.GetColumn<string>("Prompt").Count()).Should().Equal(3, 3, 3, 3, 3);
            dealt.Select(fold => fold.Train.GetColumn<string>("Prompt").Count()).Should().OnlyContain(rows => rows == 12);
        }
    }

    [Fact]
    public void FoldsAreAsEqualInRowsAsPromptsAllow()
    {
        var sizes = new[] { 7L, 5, 4, 3, 3, 2 }.Select((rows, group) => (rows, group)).ToDictionary(s => (ulong)s.group, s => s.rows);

        PromptFolds.Deal(sizes, 3, seed: 1).Select(fold => fold.Sum(group => sizes[group])).Should().BeEquivalentTo([7L, 8, 9]);
        Enumerable.Range(0, 20).Select(seed => PromptFolds.Deal(sizes, 3, seed).ToList().FindIndex(fold => fold.Contains(3))).Distinct()
            .Should().HaveCountGreaterThan(1, "the seed decides between groups of one size");
    }

    [Fact]
    public void TooManyFoldsAreRefusedBeforeAnythingIsFitted()
    {
        var fitted = 0;
        var pipeline = _context.Alignment().BaseModel(AlignedChain.BasePath).WithOnFitDelegate(_ => fitted++);
        FluentActions.Invoking(() => _context.Alignment().CrossValidate(AlignedChain.ViewOfPairs(_context), pipeline, _ => 0, numberOfFolds: 6))
            .Should().Throw<InvalidDataException>().WithMessage("*5 different prompts*6 folds*5 folds or fewer*");
        FluentActions.Invoking(() => _context.Alignment().CrossValidate(
            _context.Data.TakeRows(AlignedChain.ViewOfPairs(_context), 1), pipeline, _ => 0, numberOfFolds: 2, samplingKeyColumnName: null))
            .Should().Throw<InvalidDataException>().WithMessage("Fold*no row*fewer folds*");
        fitted.Should().Be(0);
    }

    // ML.NET has no task for pairs. Regression's cross-validation wants a label and a score, and hands out what was fitted and scored.
    [Fact]
    public void TheCrossValidationOfMLNetFitsAndScoresAChain()
    {
        var pairs = _context.Transforms.CustomMapping<PairRow, LabelRow>((_, row) => row.Label = 1, contractName: null)
            .Fit(AlignedChain.ViewOfPairs(_context)).Transform(AlignedChain.ViewOfPairs(_context));
        var pipeline = AlignedChain.Pipeline(_context).Append(_context.Transforms.CopyColumns("Score", "ImplicitRewardMargin"));
        var results = _context.Regression.CrossValidate(pairs, pipeline, numberOfFolds: 2, samplingKeyColumnName: "Prompt");
        try
        {
            var metrics = results.Select(result => _context.Alignment().EvaluatePreferences(result.ScoredHoldOutSet)).ToArray();
            metrics.Sum(m => m.Margins.Count).Should().Be(Prompts.Length);
            results.Zip(metrics).Should().AllSatisfy(pair =>
                pair.First.Metrics.MeanAbsoluteError.Should().BeApproximately(pair.Second.Margins.Average(margin => Math.Abs(margin - 1)), 1e-4));
        }
        finally
        {
            foreach (var result in results)
                ((IDisposable)result.Model).Dispose();
        }
    }

    private sealed class LabelRow
    {
        public float Label { get; set; }
    }
}
