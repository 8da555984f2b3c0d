using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class RefusedDataTests : IDisposable
{
    private static readonly Preference[] Rows =
    [
        new() { Prompt = "One day, Lily wanted to go. So Lily", Chosen = " went.", Rejected = " goed." },
        new() { Prompt = "One day, Tom wanted to teach. So Tom", Chosen = " taught.", Rejected = "  " },
        new() { Prompt = "One day, Ben wanted to buy. So Ben", Chosen = " bought.", Rejected = " buyed." },
        new() { Prompt = "One day, Mia wanted to run. So Mia", Chosen = " ran.", Rejected = " ran." },
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly ProgressList _progress = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly AlignmentCatalog _align;

    public RefusedDataTests() => _align = _ml.Alignment(new() { Progress = _progress });

    [Fact]
    public void AnInvalidRowStopsTheStageThatReadsItAndIsNamed()
    {
        Fit(InvalidRows.Throw, Rows).Should().Throw<InvalidDataException>().WithMessage("Row 2, column 'Rejected'*blank*Skip*");
        _progress.Reports.Select(report => report.Stage).Distinct().Should().Equal(["Sft"], "SFT reads only the better completions, which are sound");
    }

    [Fact]
    public void SkippedRowsAreCountedByReasonInEveryStage()
    {
        var lines = new List<string>();
        _ml.Log += (_, e) => lines.Add(e.RawMessage);
        using var fitted = Fit(InvalidRows.Skip, Rows)();
        lines.Where(line => line.Contains("2 of 4 rows were left out", StringComparison.Ordinal)).Should().HaveCount(2, "the reward model and DPO read both sides")
            .And.OnlyContain(line => line.Contains("1 × empty completion", StringComparison.Ordinal) && line.Contains("1 × equal completions", StringComparison.Ordinal));
        _progress.Reports.Select(report => report.Stage).Should().Equal("Sft", "RewardModel", "Dpo");
    }

    [Fact]
    public void SkippedRowsChangeNoBitOfWhatIsTrained()
    {
        using var withInvalid = FitDpo(Rows);
        using var without = FitDpo(Rows[0], Rows[2]);
        Margins(withInvalid).Should().Equal(Margins(without)).And.Contain(margin => Math.Abs(margin) > 1e-4);
    }

    [Fact]
    public void DataWithoutRowsIsRefused()
    {
        Fit(InvalidRows.Throw).Should().Throw<InvalidDataException>().WithMessage("*it is empty*");
        Fit(InvalidRows.Skip, Rows[1], Rows[3]).Should().Throw<InvalidDataException>().WithMessage("*2 rows were left out*");
    }

    [Fact]
    public void AColumnOfAnotherTypeIsRefusedWhenThePipelineIsComposed()
    {
        var data = _ml.Data.LoadFromEnumerable([new Wrong { Prompt = "One day", Chosen = 1, Rejected = " goed." }]);
        var schema = AlignmentSchema.ShapeOf(data.Schema);
        foreach (var pipeline in new Func<IEstimator<ITransformer>>[] { () => Base.Append(_align.Trainers.Dpo()), () => Base.Append(_align.Trainers.RewardModel()) })
        {
            new Action(() => pipeline().GetOutputSchema(schema)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'Chosen'*String*Single*");
            new Action(() => pipeline().Fit(data)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'Chosen'*String*Single*");
        }

        _progress.Reports.Should().BeEmpty();
    }

    public void Dispose() => _folder.Dispose();

    private BaseModelEstimator Base => _align.BaseModel(TestFiles.Stories);

    private Func<TransformerChain<PolicyTransformer>> Fit(InvalidRows invalid, params Preference[] rows)
    {
        var training = new TrainingOptions { MaxSteps = 1, InvalidRows = invalid, LearningRate = 1e-3 };
        var pipeline = Base
            .Append(_align.Trainers.Sft(new() { Training = training }))
            .Append(_align.Trainers.RewardModel(new() { Training = training }))
            .Append(_align.Trainers.Dpo(new() { Training = training }));
        return () => pipeline.Fit(_ml.Data.LoadFromEnumerable(rows));
    }

    private TransformerChain<PolicyTransformer> FitDpo(params Preference[] rows)
    {
        var training = new TrainingOptions { MaxSteps = 2, InvalidRows = InvalidRows.Skip, LearningRate = 1e-3 };
        return Base.Append(_align.Trainers.Dpo(new() { Training = training })).Fit(_ml.Data.LoadFromEnumerable(rows));
    }

    private float[] Margins(ITransformer chain) =>
        [.. chain.Transform(_ml.Data.LoadFromEnumerable([Rows[0], Rows[2]])).GetColumn<float>("ImplicitRewardMargin")];

    private sealed class Wrong
    {
        public string Prompt { get; set; } = "";

        public float Chosen { get; set; }

        public string Rejected { get; set; } = "";
    }
}
