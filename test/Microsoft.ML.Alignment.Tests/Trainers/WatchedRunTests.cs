using Microsoft.ML;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.Tests.Trainers;

/// <summary>Not beside other tests: dropout draws from the global generator, which the loop seeds.</summary>
[Collection(RunsAlone.Name)]
public sealed class WatchedRunTests : IDisposable
{
    private static readonly string[] Prompts = ["One day, Lily wanted to go. So Lily", "One day, <Tom> wanted to catch. So"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFittedChainLeavesThePictureOfItsRun()
    {
        Fit(new() { WorkspacePath = _folder["run"], SamplePrompts = Prompts });

        var page = File.ReadAllText(_folder["run/report.html"]);
        page.Should().Contain("1 · Sft").And.Contain("2 · Dpo").And.Contain("completed, 3 of 3 steps").And.Contain("&lt;Tom&gt;").And.NotContain("<Tom>");
        foreach (var stage in new[] { "1-Sft", "2-Dpo" })
        {
            // Before the first step, and after each pass over the five rows, of which a step takes three.
            File.ReadLines(_folder[$"run/{stage}/samples.jsonl"]).Should().HaveCount(3 * Prompts.Length);
            File.ReadLines(_folder[$"run/{stage}/metrics.jsonl"]).Should().HaveCount(3 + 3);
        }

        File.ReadLines(_folder["run/1-Sft/metrics.jsonl"]).Should().Contain(line => line.Contains("\"mean_token_accuracy\"") && line.Contains("\"logps/end\""));
    }

    [Fact]
    public void TrainingDoesNotNoticeThatItIsWatched()
    {
        var watched = Fit(new() { WorkspacePath = _folder["run"], SamplePrompts = Prompts });

        Fit(new()).Should().Be(watched);
    }

    [Fact]
    public void ARunThatWasInterruptedHasTheFilesOfAnUndisturbedOne()
    {
        Fit(new() { WorkspacePath = _folder["whole"], SamplePrompts = Prompts });
        using var cancellation = new CancellationTokenSource();
        var progress = new ProgressList(report => { if (report is { Stage: "Dpo", Step: 2 }) cancellation.Cancel(); });

        var interrupted = () => Fit(new()
        {
            WorkspacePath = _folder["cut"], SamplePrompts = Prompts, Progress = progress, CancellationToken = cancellation.Token,
        });
        interrupted.Should().Throw<TrainingCanceledException>();
        File.ReadAllText(_folder["cut/report.html"]).Should().Contain("canceled, 2 of 3 steps");
        Fit(new() { WorkspacePath = _folder["cut"], SamplePrompts = Prompts, Resume = true });

        foreach (var file in new[] { "1-Sft/metrics.jsonl", "1-Sft/samples.jsonl", "2-Dpo/metrics.jsonl", "2-Dpo/samples.jsonl" })
            File.ReadAllText(_folder[$"cut/{file}"]).Should().Be(File.ReadAllText(_folder[$"whole/{file}"]), file);
        File.ReadAllText(_folder["cut/report.html"]).Should().Contain("completed by an earlier process").And.Contain("completed, 3 of 3 steps");
    }

    [Fact]
    public void WhatElseIsMeasuredStandsAmongTheMetricsOfEachEvaluation()
    {
        using var start = new MLContext().Alignment().LoadModel(AlignedChain.BasePath);
        var prompts = new MLContext().Data.LoadFromEnumerable(Prompts.Select(prompt => new PromptRow { Prompt = prompt }));
        var judge = new RuleJudge("a", (_, completion) => completion.Count(letter => letter == 'a'));
        var rates = new List<double>();
        var measured = Fit(new()
        {
            WorkspacePath = _folder["run"],
            Measure = policy =>
            {
                var rate = policy.EvaluateWinRate(start, judge, prompts, new() { Generation = new() { MaxNewTokens = 8 } }).WinRate.Value;
                rates.Add(rate);
                return new Dictionary<string, double> { ["win_rate"] = rate };
            },
        });

        rates.Should().HaveCount(6, "before the first step and behind each pass, of two stages");
        rates[0].Should().Be(0.5, "nothing is trained yet");
        foreach (var stage in new[] { "1-Sft", "2-Dpo" })
            File.ReadLines(_folder[$"run/{stage}/metrics.jsonl"]).Count(line => line.Contains("\"eval_win_rate\"")).Should().Be(3);
        Fit(new()).Should().Be(measured, "training does not notice");
    }

    [Fact]
    public void AMeasureThatHasTheNameOfAnotherIsRefused()
    {
        var measured = 0;
        var ml = new MLContext(seed: 3);
        var align = ml.Alignment(new() { Measure = _ => new Dictionary<string, double> { ["loss"] = measured++ } });
        var pairs = AlignedChain.ViewOfPairs(ml);
        var chain = align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Sft(AlignedChain.SftOptions, validationSet: pairs));

        chain.Invoking(c => c.Fit(pairs)).Should().Throw<InvalidOperationException>().WithMessage("*Measure gave 'loss'*eval_loss*another name*");
        measured.Should().Be(1);
    }

    private static string Fit(AlignmentRun run)
    {
        var ml = new MLContext(seed: 3);
        var align = ml.Alignment(run);
        var training = new TrainingOptions { MaxSteps = 3, BatchSize = 3, LearningRate = 1e-3 };
        var lora = new LoraOptions { Rank = 2, Dropout = 0.2 };
        var generation = new GenerationOptions { MaxNewTokens = 4 };
        var pipeline = align.BaseModel(AlignedChain.BasePath)
            .Append(align.Trainers.Sft(new() { Lora = lora, Training = training, Generation = generation }))
            .Append(align.Trainers.Dpo(new() { Lora = lora, Training = training, Generation = generation }));
        using var fitted = pipeline.Fit(AlignedChain.ViewOfPairs(ml));
        return ContentHash.Of(fitted.LastTransformer.Model);
    }
}
