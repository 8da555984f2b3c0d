namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class EvaluatedTrainerTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    private static readonly TrainingOptions Training = AlignedChain.DpoOptions.Training;

    [Fact]
    public void AValidationSetIsMeasuredWhileTraining()
    {
        var context = new MLContext(seed: 7);
        var lines = new List<string>();
        context.Log += (_, e) => lines.Add(e.RawMessage);
        var options = AlignedChain.DpoOptions with { Training = Training with { EvaluateEverySteps = 1 } };

        using var dpo = context.Alignment().Trainers.Dpo(options, validationSet: AlignedChain.ViewOfPairs(context, repeats: 2))
            .Fit(chain.Stage<PolicyTransformer>(1).Transform(chain.Pairs));

        // The policy begins as its reference: every margin is 0, and the loss −log σ(0) = ln 2.
        lines.Should().ContainSingle(line => line.StartsWith("Dpo after step 0: eval_loss 0.6931", StringComparison.Ordinal))
            .Which.Should().MatchRegex(ProductRounding.IsNone ? "eval_rewards/margins 0," : @"eval_rewards/margins (0|-?[0-9.]+E-0[5-9]),").And.NotContain("best");
        lines.Should().Contain(line => line.StartsWith("Dpo after step 1: eval_loss", StringComparison.Ordinal) && line.Contains("best", StringComparison.Ordinal));
        lines.Should().Contain(line => line.StartsWith("Dpo after step 2: eval_loss", StringComparison.Ordinal));
    }

    public static TheoryData<TrainingOptions, string> WithoutMeaning => new()
    {
        { Training with { EarlyStoppingPatience = 2 }, "*EarlyStoppingPatience*validationSet*" },
        { Training with { LoadBestAtEnd = true }, "*LoadBestAtEnd*validationSet*" },
        { Training with { EvaluateEverySteps = 5 }, "*EvaluateEverySteps is 5*nothing to evaluate*SamplePrompts*" },
    };

    [Theory]
    [MemberData(nameof(WithoutMeaning))]
    public void OptionsOfAnEvaluationNeedSomethingToEvaluate(TrainingOptions training, string message)
    {
        var trainer = chain.Context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions with { Training = training });
        trainer.Invoking(t => t.Fit(chain.Stage<PolicyTransformer>(1).Transform(chain.Pairs)))
            .Should().Throw<InvalidOperationException>().WithMessage(message);
    }
}
