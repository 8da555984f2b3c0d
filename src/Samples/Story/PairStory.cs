using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Story;

/// <summary>The same pipeline on the user's own pairs; a tenth of them, with prompts of its own, is kept for the test.</summary>
internal static class PairStory
{
    public static int Run(RunCommand command, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(command.Seed);
        var align = ml.Alignment(PipelineStory.RunOf(command, stop) with { Summary = new SummaryLines() });
        var options = Options(DrillSettings.Of(command.ModelPath, command.Seed)).Overridden(command.OptionsPath);
        Console.WriteLine(AlignmentRuntime.Describe());
        var pairs = align.Data.TrainTestSplit(align.Data.LoadJsonLines(command.DataPath!), testFraction: 0.1, seed: command.Seed);
        using var aligned = Compose(align, command.ModelPath!, options).Fit(pairs.TrainSet);

        var result = Evaluate(ml, aligned, pairs.TestSet, command, clock);
        ScoreTable.Print(result);
        OutputFile.Write(command.OutPath, partial => ml.Model.SaveReproducible(aligned, pairs.TrainSet.Schema, partial));
        Console.WriteLine($"Saved to {command.OutPath}.");
        if (command.ReportPath is { } report)
            Report.Write(report, result);
        return result.Dpo.LogProbOfChosen > result.Base.LogProbOfChosen && result.Dpo.PrefersChosen >= result.Base.PrefersChosen ? 0 : 1;
    }

    // One data set serves all stages: SFT imitates the chosen completions.
    private static EstimatorChain<PolicyTransformer> Compose(AlignmentCatalog align, string modelPath, StageOptions options) =>
        align.BaseModel(modelPath)
            .Append(align.Trainers.Sft(options.Sft))
            .Append(align.Trainers.RewardModel(options.RewardModel))
            .Append(align.Trainers.Dpo(options.Dpo));

    private static StageOptions Options(DrillSettings settings)
    {
        TrainingOptions Bounded(TrainingOptions training) => training with { MaxLength = 512, MicroBatchSize = 2, InvalidRows = InvalidRows.Skip };
        return new()
        {
            Sft = new() { Lora = settings.Lora, Training = Bounded(settings.Sft) with { LearningRate = 2e-4, BatchSize = 8 } },
            RewardModel = new() { Lora = settings.Lora, Training = Bounded(settings.RewardModel) },
            Dpo = new() { Lora = settings.Lora, Training = Bounded(settings.Dpo), SftWeight = settings.SftWeight },
        };
    }

    private static PairResult Evaluate(MLContext ml, TransformerChain<PolicyTransformer> aligned, IDataView test, RunCommand command, Stopwatch clock)
    {
        var stages = FittedStages.Of(aligned);
        var margins = ml.Data.CreateEnumerable<MarginRow>(stages.RewardModel.Transform(test), reuseRowObject: false).Select(row => row.RewardMargin).ToList();
        return new()
        {
            Model = command.ModelPath!,
            Data = command.DataPath!,
            TestPairs = margins.Count,
            Base = Score(stages.Base, test),
            Sft = Score(stages.Sft, test),
            RewardModelAccuracy = margins.Average(margin => margin > 0 ? 1.0 : 0),
            Dpo = Score(stages.Dpo, test),
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    private static PairScores Score(PolicyTransformer policy, IDataView pairs)
    {
        var chosen = policy.Model.ScoreCompletions(pairs, new() { CompletionColumnName = "Chosen" });
        var rejected = policy.Model.ScoreCompletions(pairs, new() { CompletionColumnName = "Rejected" });
        return new(chosen.Zip(rejected).Average(p => p.First.Sum > p.Second.Sum ? 1.0 : 0), chosen.Average(logProb => logProb.Mean));
    }

    private sealed class MarginRow
    {
        public float RewardMargin { get; set; }
    }
}
