using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class AlignmentTrainerTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    [Fact]
    public void TheReferenceIsExactlyThePolicyThatCameIn()
    {
        var (sft, dpo) = (chain.Stage<PolicyTransformer>(1), chain.Fitted.LastTransformer);
        dpo.Stage.Reference!.BaseIdentity.Should().BeSameAs(sft.Model.BaseIdentity);
        dpo.Stage.Reference.Adapters.Should().Equal(sft.Model.Adapters, ReferenceEquals);
        dpo.Model.Adapters[0].Should().BeSameAs(sft.Model.Adapters[0]);
        dpo.Model.AdapterNames.Should().Equal("sft", "dpo");
    }

    [Fact]
    public void ARewardModelBranchesOffAndLeavesThePolicyAsItWas()
    {
        var reward = chain.Stage<RewardModelTransformer>(2);
        reward.Model.AdapterNames.Should().Equal("sft", "reward");
        reward.Model.RewardHead.Should().NotBeNull();
        chain.Fitted.LastTransformer.Model.RewardHead.Should().BeNull();
    }

    [Fact]
    public void TrainingMovesThePolicyAwayFromItsReference()
    {
        var margins = chain.Fitted.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin").ToArray();
        margins.Should().OnlyContain(m => float.IsFinite(m)).And.Contain(m => Math.Abs(m) > 1e-4f);
    }

    [Fact]
    public void AFittedModelTrainsNoMore()
    {
        chain.Fitted.Cast<ModelTransformer>().Should().AllSatisfy(t => t.Model.TrainableParameters.Should().BeEmpty());
    }

    [Fact]
    public void TwoFitsWithOneSeedAreEqualBitByBit()
    {
        using var again = AlignedChain.Pipeline(new MLContext(seed: 7)).Fit(chain.Pairs);
        foreach (var column in new[] { "RewardMargin", "ImplicitRewardMargin" })
            again.Transform(chain.Pairs).GetColumn<float>(column).Should().Equal(chain.Fitted.Transform(chain.Pairs).GetColumn<float>(column));
    }

    [Fact]
    public void AChainWithoutAModelIsRefusedBeforeAnythingTrainsAndTheCureIsNamed()
    {
        var context = new MLContext();
        var data = new CountingView(chain.Pairs);
        var trainers = context.Alignment().Trainers;
        var pipeline = trainers.Sft(AlignedChain.SftOptions).Append(trainers.Dpo(AlignedChain.DpoOptions));
        new Action(() => pipeline.Fit(data)).Should().Throw<ArgumentException>().WithMessage("Sft*BaseModel(path)*InitialModel*");
        new Action(() => trainers.Dpo().Fit(data)).Should().Throw<ArgumentException>().WithMessage("Dpo*BaseModel(path)*");
        data.Cursors.Should().Be(0);
    }

    [Fact]
    public void AMissingColumnIsRefusedBeforeAnythingTrains()
    {
        var context = new MLContext();
        var align = context.Alignment();
        var data = new CountingView(context.Data.LoadFromEnumerable(new[] { new PromptRow { Prompt = "One day" } }));
        var pipeline = align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.RewardModel());
        new Action(() => pipeline.Fit(data)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*chosen*Chosen*");
        new Action(() => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Sft()).Fit(data))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*completion*Completion*");
        data.Cursors.Should().Be(0);
    }

    [Fact]
    public void AValidationSetWithoutTheColumnsIsRefusedBeforeAnythingTrains()
    {
        var context = new MLContext();
        var align = context.Alignment();
        var data = new CountingView(chain.Pairs);
        var prompts = context.Data.LoadFromEnumerable(new[] { new PromptRow { Prompt = "One day" } });
        var start = align.BaseModel(AlignedChain.BasePath);
        new Action(() => start.Append(align.Trainers.Dpo(validationSet: prompts)).Fit(data))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*validation set's chosen*Chosen*");
        new Action(() => start.Append(align.Trainers.RewardModel(validationSet: prompts)).Fit(data))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*validation set's chosen*Chosen*");
        new Action(() => start.Append(align.Trainers.Sft(validationSet: prompts)).Fit(data))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*validation set's completion*Completion*");
        data.Cursors.Should().Be(0);
    }

    [Fact]
    public void ABasePathThatIsNotThereIsRefusedWhenComposed()
    {
        new Action(() => new MLContext().Alignment().BaseModel("no/such/model.gguf")).Should().Throw<FileNotFoundException>().WithMessage("*no/such/model.gguf*");
    }

    [Fact]
    public void FittingRunsNoStageUpstream()
    {
        var counting = new CountingTransformer(chain.Context, chain.Stage<PolicyTransformer>(1).Model);
        using var dpo = chain.Context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions).Fit(counting.Transform(chain.Pairs));
        dpo.Model.AdapterNames.Should().Equal("sft", "dpo");
        counting.BatchSizes.Should().BeEmpty();
    }

    [Fact]
    public void SftTakesChosenWhereThereIsNoCompletionAndSaysSo()
    {
        var context = new MLContext(seed: 7);
        var lines = new List<string>();
        context.Log += (_, e) => lines.Add(e.RawMessage);
        using var fitted = context.Alignment().Trainers.Sft(AlignedChain.SftOptions).Fit(chain.Stage<PolicyTransformer>(0).Transform(chain.Pairs));
        lines.Should().ContainSingle(l => l.Contains("no text column 'Completion'", StringComparison.Ordinal) && l.Contains("'Chosen'", StringComparison.Ordinal));
        lines.Should().Contain(l => l.Contains("learning rate 0.001", StringComparison.Ordinal), "options are printed as resolved");
    }

    [Fact]
    public void TheInitialModelOfTheOptionsGoesBeforeTheOneUpstream()
    {
        var start = chain.Stage<PolicyTransformer>(0).Model;
        using var dpo = chain.Context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions with { InitialModel = start })
            .Fit(chain.Fitted.Transform(chain.Pairs));
        dpo.Model.AdapterNames.Should().Equal("dpo");
        start.AdapterNames.Should().BeEmpty("it is borrowed and stays usable");
    }

    [Fact]
    public void ATrainingSetOfItsOwnIsTrainedOnInsteadOfTheChainsData()
    {
        var context = new MLContext(seed: 7);
        var own = new CountingView(AlignedChain.ViewOfPairs(context));
        var prompts = new CountingView(context.Data.LoadFromEnumerable(new[] { new PromptRow { Prompt = "One day" } }));
        var align = context.Alignment();
        using var fitted = align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Dpo(AlignedChain.DpoOptions, own)).Fit(prompts);
        (own.Cursors, prompts.Cursors).Should().Be((1, 0));
        fitted.LastTransformer.Model.AdapterNames.Should().Equal("dpo");
    }

    [Fact]
    public void AllWeightsTrainWithoutLora()
    {
        var context = new MLContext(seed: 7);
        var incoming = chain.Stage<PolicyTransformer>(1);
        using var dpo = context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions with { Lora = null }).Fit(incoming.Transform(chain.Pairs));
        using var reward = context.Alignment().Trainers.RewardModel(AlignedChain.RewardModelOptions with { Lora = null }).Fit(incoming.Transform(chain.Pairs));
        dpo.Model.AdapterNames.Should().BeEmpty();
        dpo.Model.BaseIdentity.Should().NotBeSameAs(incoming.Model.BaseIdentity);
        dpo.Stage.Reference!.AdapterNames.Should().Equal("sft");
        reward.Model.RewardHead.Should().NotBeNull();
        dpo.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin").Should().Contain(m => Math.Abs(m) > 1e-4f);
        reward.Transform(chain.Pairs).GetColumn<float>("RewardMargin").Should().OnlyContain(m => float.IsFinite(m));
    }

    [Fact]
    public void TheLossOfTheOptionsIsWhatTrains()
    {
        var sft = chain.Stage<PolicyTransformer>(1).Transform(chain.Pairs);
        var terms = new PairLoss.Mixture { Terms = [new(1, new PairLoss.Aot()), new(0.5, new PairLoss.LdDpo { Loss = new PairLoss.Wpo() })] };
        float[][] margins = [.. new PairLoss[] { new PairLoss.Sigmoid(), terms }.Select(loss =>
        {
            var training = AlignedChain.DpoOptions.Training with { MicroBatchSize = 2 };
            using var dpo = new MLContext(seed: 7).Alignment().Trainers.Dpo(AlignedChain.DpoOptions with { Loss = loss, Training = training }).Fit(sft);
            return dpo.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin").ToArray();
        })];

        margins[1].Should().OnlyContain(m => float.IsFinite(m)).And.NotEqual(margins[0]);
    }

    [Fact]
    public void ACanceledRunThrowsAndNamesTheStage()
    {
        using var source = new CancellationTokenSource();
        var steps = new Progress(_ => source.Cancel());
        var align = new MLContext().Alignment(new AlignmentRun { CancellationToken = source.Token, Progress = steps });
        new Action(() => align.Trainers.Dpo(AlignedChain.DpoOptions).Fit(chain.Stage<PolicyTransformer>(1).Transform(chain.Pairs)))
            .Should().Throw<TrainingCanceledException>().Which.Stage.Should().Be("Dpo");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void ABetaThatIsNotPositiveIsRefused(double beta)
    {
        new Action(() => _ = new DpoTrainer.Options { Beta = beta }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Beta*above 0*");
    }

    [Fact]
    public void LabelSmoothingOfAHalfIsRefused()
    {
        new Action(() => _ = new PairLoss.Sigmoid { LabelSmoothing = 0.5 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*LabelSmoothing*[0, 0.5)*");
    }

    private sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    /// <summary>Counts how often rows are read.</summary>
    private sealed class CountingView(IDataView view) : IDataView
    {
        public int Cursors { get; private set; }

        public bool CanShuffle => view.CanShuffle;

        public DataViewSchema Schema => view.Schema;

        public long? GetRowCount() => view.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            Cursors++;
            return view.GetRowCursor(columnsNeeded, rand);
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }
}
