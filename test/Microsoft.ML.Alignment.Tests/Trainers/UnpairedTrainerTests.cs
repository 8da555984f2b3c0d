using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class UnpairedTrainerTests
{
    private static readonly LoraOptions Lora = new() { Rank = 3, Alpha = 6 };
    private static readonly TrainingOptions Short = new() { MaxSteps = 3, BatchSize = 4, LearningRate = 3e-3, Shuffle = false };

    private readonly MLContext context = new(seed: 7);
    private readonly List<string> log = [];

    public UnpairedTrainerTests() => context.Log += (_, e) => log.Add(e.RawMessage);

    public static TheoryData<string> Methods => new("Kto", "Apo", "Bco");

    [Theory]
    [MemberData(nameof(Methods))]
    public void AFittedPolicyHasMovedFromItsReferenceAndScoresPairs(string method)
    {
        using var fitted = Fit(method, Short);

        var margins = fitted.Transform(AlignedChain.ViewOfPairs(context)).GetColumn<float>("ImplicitRewardMargin").ToArray();

        margins.Should().OnlyContain(margin => float.IsFinite(margin)).And.Contain(margin => margin > 1e-3);
        fitted.LastTransformer.Model.AdapterNames.Should().Equal(method == "Bco" ? "bco" : "kto");
    }

    [Fact]
    public void DesirableCompletionsRiseAgainstUndesirableOnes()
    {
        using var fitted = Fit("Kto", Short with { MaxSteps = 20 });

        fitted.Transform(AlignedChain.ViewOfPairs(context)).GetColumn<float>("ImplicitRewardMargin").Should().OnlyContain(margin => margin > 0);
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
        float[] Margins(ITransformer fitted) =>
            [.. fitted.Transform(AlignedChain.ViewOfPairs(context)).GetColumn<float>("ImplicitRewardMargin")];
    }

    [Fact]
    public void TheLogTellsHowBothKindsCount()
    {
        using var kto = Fit("Kto", Short);
        using var bco = Fit("Bco", Short);

        log.Should().Contain(line => line.Contains("Kto: 5 desirable and 5 undesirable completions. With weights 1 and 1 they count 1 : 1, as advised."));
        log.Should().Contain(line => line.Contains("Bco: 5 desirable and 5 undesirable completions."));
    }

    [Fact]
    public void ALabelThatIsNoBooleanIsRefusedBeforeAnythingTrains()
    {
        var align = context.Alignment();
        var ratings = context.Data.LoadFromEnumerable(new[] { new { Prompt = "One day", Completion = " went.", Label = 4f } });

        var fit = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Kto()).Fit(ratings);

        fit.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*label*Label*Boolean*Single*");
    }

    [Fact]
    public void KtoNeedsTwoRows()
    {
        var align = context.Alignment();
        var one = context.Data.LoadFromEnumerable(new[] { new { Prompt = "One day, Lily wanted to go. So Lily", Completion = " went.", Label = true } });

        var fit = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Kto(new() { Lora = Lora, Training = Short })).Fit(one);

        fit.Should().Throw<InvalidDataException>().WithMessage("*one row*");
    }

    [Fact]
    public void ValuesOutOfRangeAreRefused()
    {
        new Action(() => _ = new KtoTrainer.Options { Beta = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Beta*above 0*");
        new Action(() => _ = new KtoTrainer.Options { DesirableWeight = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*DesirableWeight*");
        new Action(() => _ = new KtoTrainer.Options { UndesirableWeight = -1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*UndesirableWeight*");
        new Action(() => _ = new BcoTrainer.Options { Beta = double.NaN }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Beta*above 0*");
        new Action(() => _ = new BcoTrainer.Options { LabelColumnName = "" }).Should().Throw<ArgumentException>().WithMessage("*LabelColumnName*");
    }

    private TransformerChain<PolicyTransformer> Fit(string method, TrainingOptions training)
    {
        var align = context.Alignment();
        var feedback = align.Data.FeedbackFromPairs(AlignedChain.ViewOfPairs(context));
        var kto = new KtoTrainer.Options { Lora = Lora, Training = training };
        IEstimator<PolicyTransformer> trainer = method switch
        {
            "Kto" => align.Trainers.Kto(kto, feedback),
            "Apo" => align.Trainers.Kto(kto with { Baseline = KtoBaseline.Zero }, feedback),
            _ => align.Trainers.Bco(new() { Lora = Lora, Training = training }, feedback),
        };
        return align.BaseModel(AlignedChain.BasePath).Append(trainer).Fit(AlignedChain.ViewOfPairs(context));
    }
}
