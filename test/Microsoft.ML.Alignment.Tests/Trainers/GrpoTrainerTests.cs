using Microsoft.ML;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class GrpoTrainerTests
{
    // How often the policy says "e", of all that it says: nothing that the model has in mind.
    private static readonly IRewardFunction SaysE = RewardFunction.Of(
        "e", (_, completion) => completion.Length == 0 ? 0 : completion.Count(letter => letter == 'e') / (double)completion.Length);

    private static GrpoTrainer.Options Options => new()
    {
        Rewards = [SaysE],
        GroupSize = 4,
        MaxCompletionTokens = 12,
        Lora = new() { Rank = 4, Alpha = 8 },
        Training = new() { MaxSteps = 2, BatchSize = 3, LearningRate = 1e-2 },
        Generation = new() { MaxNewTokens = 6 },
    };

    [Fact]
    public void RewardsRiseAndTheFittedPolicyIsSavedAndLoaded()
    {
        var context = new MLContext(seed: 5);
        var progress = new ProgressList();
        var align = context.Alignment(new AlignmentRun { Progress = progress });
        var prompts = AlignedChain.ViewOfPairs(context);
        var options = Options with
        {
            GroupSize = 8,
            Training = Options.Training with { MaxSteps = 6, BatchSize = 5, LearningRate = 2e-2, Schedule = LearningRateSchedule.Constant },
        };

        using var fitted = align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Grpo(options)).Fit(prompts);

        double[] rewards = [.. progress.Reports.Select(report => report.Metrics["reward"])];
        rewards[^1].Should().BeGreaterThan(rewards[0] + 0.4);
        progress.Reports.Should().OnlyContain(report => report.Metrics["policy/first_ratio_deviation"] == 0);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "aligned.zip");
        context.Model.Save(fitted, prompts.Schema, path);
        var loaded = new MLContext().Model.Load(path, out _);
        using var engine = context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(loaded);
        var expected = context.Data.CreateEnumerable<AnswerRow>(fitted.Transform(prompts), false).First();
        engine.Predict(new() { Prompt = AlignedChain.Rows[0].Prompt }).GeneratedCompletion.Should().Be(expected.GeneratedCompletion);
    }
}
