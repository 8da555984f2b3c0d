using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Trainers;

/// <summary>Options can be written down and read again.</summary>
public sealed class TrainerOptionsTests
{
    public static TheoryData<TrainerOptions> Changed => new(
        Common(new SftTrainer.Options { CompletionColumnName = "a", ChosenColumnName = "b", Generation = new() { MaxNewTokens = 3 } }),
        Common(new RewardModelTrainer.Options { ChosenColumnName = "c", RejectedColumnName = "d", CompletionColumnName = "a", MarginColumnName = "m" }),
        Common(new DpoTrainer.Options { ChosenColumnName = "c", RejectedColumnName = "d", Beta = 0.7, LabelSmoothing = 0.2, SftWeight = 3 }));

    [Theory]
    [MemberData(nameof(Changed))]
    public void OptionsComeBackFromJsonAsTheyWere(TrainerOptions options)
    {
        var json = JsonSerializer.Serialize(options, options.GetType());

        var read = JsonSerializer.Deserialize(json, options.GetType());

        read.Should().BeEquivalentTo(options, o => o.RespectingRuntimeTypes());
        json.Should().NotBe(JsonSerializer.Serialize(Activator.CreateInstance(options.GetType()), options.GetType()));
    }

    [Fact]
    public void TheOptionsOfEveryTrainerAreAmongThem()
    {
        var all = typeof(TrainerOptions).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(TrainerOptions)) && !type.IsAbstract);

        ((IEnumerable<object[]>)Changed).Select(row => row[0].GetType()).Should().BeEquivalentTo(all);
    }

    [Fact]
    public void AModelToStartFromIsNotWrittenDown()
    {
        JsonSerializer.Serialize(new DpoTrainer.Options()).Should().Contain("\"Beta\"").And.NotContain(nameof(TrainerOptions.InitialModel));
    }

    private static TrainerOptions Common(TrainerOptions options) => options with
    {
        PromptColumnName = "p",
        PromptFormat = PromptFormat.Text,
        Lora = new() { Rank = 5, Alpha = 7, TargetModules = ["q_proj"] },
        Training = new() { LearningRate = 2e-3, MaxSteps = 4, Schedule = LearningRateSchedule.Cosine },
    };
}
