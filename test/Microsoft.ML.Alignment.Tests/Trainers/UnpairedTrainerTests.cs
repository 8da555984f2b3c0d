using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class UnpairedTrainerTests
{
    private static readonly LoraOptions Lora = new() { Rank = 3, Alpha = 6 };
    private static readonly TrainingOptions Short = new() { MaxSteps = 3, BatchSize = 4, LearningRate = 3e-3, Shuffle = false };

    private readonly MLContext _context = new(seed: 7);
    private readonly List<string> _log = [];

    public UnpairedTrainerTests() => _context.Log += (_, e) => _log.Add(e.RawMessage);

    public static TheoryData<string> Methods => new("Kto", "Apo", "Bco");

    [Theory]
    [MemberData(nameof(Methods))]
    public void AFittedPolicyHasMovedFromItsReferenceAndScoresPairs(string method)
    {
        using var fitted = Fit(method, Short);

        var margins = Margins(fitted);

        margins.Should().OnlyContain(margin => float.IsFinite(margin)).And.Contain(margin => margin > 1e-3);
        fitted.LastTransformer.Model.AdapterNames.Should().Equal(method == "Bco" ? "bco" : "kto");
    }

    [Fact]
    public void DesirableCompletionsRiseAgainstUndesirableOnes()
    {
        using var fitted = Fit("Kto", Short with { MaxSteps = 20 });

        Margins(fitted).Should().OnlyContain(margin => margin > 0);
    }

    [Theory]
    [InlineData("Kto")]
    [InlineData("Bco")]
    public void MicroBatchesLeadToTheSamePolicy(string method)
    {
        using var whole = Fit(method, Short);
        using var parts = Fit(method, Short with { MicroBatchSize = 1 });

        var (expected, actual) = (Margins(whole), Margins(parts));

        expected.Should().Contain(margin => Math.Abs(margin) > 1e-3);
        for (var i = 0; i < expected.Length; i++)
            actual[i].Should().BeApproximately(expected[i], 1e-4f);
    }

    [Fact]
    public void AReferenceComputedBeforeTrainingLeadsToTheSamePolicy()
    {
        using var live = Fit("Kto", Short with { MaxSteps = 6 });
        using var precomputed = Fit("Kto", Short with { MaxSteps = 6 }, new ReferencePolicy.Precomputed());

        var (actual, expected) = (Margins(precomputed), Margins(live));
        if (ProductRounding.IsNone)
            actual.Should().Equal(expected, "without shuffling, rows meet in the same micro-batches");
        TestModels.Difference(actual, expected).Should().BeLessThan(1e-4);
    }

    [Theory]
    [InlineData("Kto")]
    [InlineData("Bco")]
    public void AResumedRunEndsBitByBitWhereAWholeOneDoes(string method)
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var training = Short with { MaxSteps = 5 };
        var stop = new ProgressList(report => { if (report.Step == 3) source.Cancel(); });
        using var whole = Fit(method, training);

        var canceled = new AlignmentRun { WorkspacePath = folder["run"], Progress = stop, CancellationToken = source.Token };
        var interrupted = () => Fit(method, training, run: canceled);
        interrupted.Should().Throw<TrainingCanceledException>().Which.StepsDone.Should().Be(3);
        using var resumed = Fit(method, training, run: new() { WorkspacePath = folder["run"], Resume = true });

        Margins(resumed).Should().Equal(Margins(whole));
    }

    [Theory]
    [InlineData("Kto", "eval_kl")]
    [InlineData("Bco", "eval_delta")]
    public void AValidationSetIsMeasuredWithTheMetricsOfTraining(string method, string metric)
    {
        using var fitted = Fit(method, Short with { EvaluateEverySteps = 3 });

        EvaluationAfter(3).Should().ContainAll("eval_rewards/chosen", "eval_logps/rejected", "eval_rewards/margins", metric);
    }

    [Fact]
    public void TheValidationOfBcoTakesTheShiftThatTrainingHasLearned()
    {
        using var fitted = Fit("Bco", Short with { EvaluateEverySteps = 3 });

        EvaluationAfter(0).Should().MatchRegex("eval_delta 0(,|$)");
        EvaluationAfter(3).Should().NotMatchRegex("eval_delta 0(,|$)");
    }

    [Fact]
    public void TheLogTellsHowBothKindsCount()
    {
        using var kto = Fit("Kto", Short);
        using var bco = Fit("Bco", Short);

        _log.Should().Contain(line => line.Contains("Kto: 5 desirable and 5 undesirable completions. With weights 1 and 1 they count 1 : 1, as"));
        _log.Should().Contain(line => line.EndsWith("Bco: 5 desirable and 5 undesirable completions."));
    }

    [Fact]
    public void ALabelThatIsNoBooleanIsRefusedBeforeAnythingTrains()
    {
        var align = _context.Alignment();
        var ratings = _context.Data.LoadFromEnumerable(new[] { new { Prompt = "One day", Completion = " went.", Label = 4f } });

        var fit = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Kto()).Fit(ratings);

        fit.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*label*Label*Boolean*Single*");
    }

    [Fact]
    public void KtoNeedsTwoRows()
    {
        var align = _context.Alignment();
        var one = _context.Data.LoadFromEnumerable(new[] { new { Prompt = "One day, Lily wanted to go. So", Completion = " she went.", Label = true } });

        var fit = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Kto(new() { Lora = Lora, Training = Short })).Fit(one);

        fit.Should().Throw<InvalidDataException>().WithMessage("*one row*");
    }

    [Fact]
    public void ValuesOutOfRangeAreRefused()
    {
        Refuses(() => new KtoTrainer.Options { Beta = 0 }, "*Beta*above 0*");
        Refuses(() => new KtoTrainer.Options { DesirableWeight = 0 }, "*DesirableWeight*");
        Refuses(() => new KtoTrainer.Options { UndesirableWeight = -1 }, "*UndesirableWeight*");
        Refuses(() => new BcoTrainer.Options { Beta = double.NaN }, "*Beta*above 0*");
        Refuses(() => new BcoTrainer.Options { LabelColumnName = "" }, "*LabelColumnName*");
        static void Refuses(Func<TrainerOptions> make, string message) => make.Should().Throw<ArgumentException>().WithMessage(message);
    }

    private string EvaluationAfter(int step) => _log.Last(line => line.Contains($"after step {step}: eval_loss", StringComparison.Ordinal));

    private float[] Margins(ITransformer fitted) =>
        [.. fitted.Transform(AlignedChain.ViewOfPairs(_context)).GetColumn<float>("ImplicitRewardMargin")];

    private TransformerChain<PolicyTransformer> Fit(
        string method, TrainingOptions training, ReferencePolicy? reference = null, AlignmentRun? run = null)
    {
        var align = _context.Alignment(run ?? new());
        var feedback = align.Data.FeedbackFromPairs(AlignedChain.ViewOfPairs(_context));
        var validation = training.EvaluateEverySteps > 0 ? feedback : null;
        var kto = new KtoTrainer.Options { Lora = Lora, Training = training, Reference = reference ?? new ReferencePolicy.Incoming() };
        IEstimator<PolicyTransformer> trainer = method switch
        {
            "Kto" => align.Trainers.Kto(kto, feedback, validation),
            "Apo" => align.Trainers.Kto(kto with { Baseline = KtoBaseline.Zero }, feedback),
            _ => align.Trainers.Bco(new() { Lora = Lora, Training = training }, feedback, validation),
        };
        return align.BaseModel(AlignedChain.BasePath).Append(trainer).Fit(AlignedChain.ViewOfPairs(_context));
    }
}
