namespace Microsoft.ML.Alignment.Tests.Trainers;

/// <summary>A chat template that writes the time: a stage tokenizes its rows alike whenever it is trained, and goes on on another day.</summary>
public sealed class DatedTemplateTests : IDisposable
{
    private const string Template =
        "{{ strftime_now('%d %b %Y') }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";

    private static readonly DateTime LongAgo = new(2020, 2, 29, 23, 59, 58);

    private readonly TemporaryFolder _folder = new();

    public DatedTemplateTests()
    {
        foreach (var file in Directory.GetFiles(Golden.Shared(StoriesModel.Folder)))
            File.Copy(file, _folder[Path.GetFileName(file)]);
        File.WriteAllText(_folder["chat_template.jinja"], Template);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AStageThatBeganOnAnotherDayGoesOnWithItsTimeAndEqualsOneThatIsToldTheTime()
    {
        // What the workspace of a stage holds that began then.
        Directory.CreateDirectory(_folder["workspace/1-Sft"]);
        File.WriteAllText(_folder["workspace/1-Sft/template-time.txt"], "2020-02-29T23:59:58.0000000+00:00");
        using var cancellation = new CancellationTokenSource();
        var canceled = () => Fit(new()
        {
            WorkspacePath = _folder["workspace"], Resume = true, CheckpointEverySteps = 1, CancellationToken = cancellation.Token,
            Progress = new CancelingAt(2, cancellation),
        });
        canceled.Should().Throw<TrainingCanceledException>();

        using var resumed = Fit(new() { WorkspacePath = _folder["workspace"], Resume = true, CheckpointEverySteps = 1 });
        using var told = Fit(new(), LongAgo);
        using var now = Fit(new());

        resumed.Model.History[^1].TemplateTime.Should().Be(LongAgo);
        Weights(resumed).Should().Equal(Weights(told));
        Weights(now).Should().NotEqual(Weights(told), "the date is a part of every prompt");
    }

    private PolicyTransformer Fit(AlignmentRun run, DateTime? time = null)
    {
        var context = new MLContext(seed: 3);
        var align = context.Alignment(run);
        return align.BaseModel(_folder.Path).Append(align.Trainers.Sft(AlignedChain.SftOptions with
        {
            TemplateTime = time,
            Training = new() { MaxSteps = 4, BatchSize = 2, LearningRate = 1e-3 },
        })).Fit(AlignedChain.ViewOfPairs(context)).LastTransformer;
    }

    private static float[] Weights(PolicyTransformer stage) =>
        [.. stage.Model.ScoreCompletions(new MLContext().Data.LoadFromEnumerable(AlignedChain.Rows.Select(row => new Row(row.Prompt, row.Chosen))),
            new() { PromptFormat = PromptFormat.Text }).Select(score => (float)score.Sum)];

    private sealed record Row(string Prompt, string Completion);

    private sealed class CancelingAt(int step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
                source.Cancel();
        }
    }
}
