using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Serving;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Story;

/// <summary>The story: a model that says "goed" learns to say "went", also for verbs that it was never trained on.</summary>
internal static class VerbStory
{
    public static int Run(RunCommand command, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var ml = new MLContext(command.Seed);
        var run = PipelineStory.RunOf(command, stop);
        var verbs = Verb.LoadAll();
        var options = VerbPipeline.Options(DrillSettings.Of(command.ModelPath, command.Seed)).Overridden(command.OptionsPath);
        using var model = DrillModel.Open(ml, ml.Alignment(Unkept(run)), command.ModelPath, command.Seed);

        var drill = new Drill(ml, verbs.Where(verb => verb.Split == "train"));
        var preferences = drill.Preferences;
        var align = ml.Alignment(Watched(run, verbs));
        var dev = command.WorkspacePath is null ? null : new Drill(ml, verbs.Where(verb => verb.Split == "dev"));
        using var aligned = VerbPipeline.Compose(align, model.Location, drill, options, dev).Fit(preferences);

        var result = Evaluate(ml, verbs, aligned) with { Model = model.Name, Seed = command.Seed, Seconds = clock.Elapsed.TotalSeconds };
        ScoreTable.Print(result);
        OutputFile.Write(command.OutPath, partial => ml.Model.SaveReproducible(aligned, preferences.Schema, partial));
        Console.WriteLine($"Saved to {command.OutPath} ({new FileInfo(command.OutPath).Length / 1e6:F0} MB).");
        if (command.ReportPath is { } report)
            Report.Write(report, result);
        AskSecondProcess(command.OutPath, verbs);
        return Judge(result);
    }

    // The pretraining of the tiny model is no part of the run that is kept.
    private static AlignmentRun Unkept(AlignmentRun run) => run with { WorkspacePath = null, Resume = false };

    private static AlignmentRun Watched(AlignmentRun run, IReadOnlyList<Verb> verbs) => run.WorkspacePath is null ? run : run with
    {
        SamplePrompts = [.. verbs.Where(verb => verb is { Split: "dev", IsRegular: false }).Take(3).Select(Wording.Test.Ask)],
    };

    private static VerbResult Evaluate(MLContext ml, IReadOnlyList<Verb> verbs, TransformerChain<PolicyTransformer> aligned)
    {
        var stages = FittedStages.Of(aligned);
        var evaluation = new DrillEvaluation(ml, verbs.Where(verb => verb.Split == "test"));
        return new()
        {
            Model = "",
            Seed = 0,
            Seconds = 0,
            Base = evaluation.Score(stages.Base, null),
            Sft = evaluation.Score(stages.Sft, stages.Base),
            RewardModel = evaluation.Score(stages.RewardModel),
            Dpo = evaluation.Score(stages.Dpo, stages.Sft),
            PeakMemoryBytes = PeakMemory.Bytes,
        };
    }

    private static void AskSecondProcess(string zipPath, IReadOnlyList<Verb> verbs)
    {
        string[] questions = [.. verbs.Where(verb => verb is { Split: "test", IsRegular: false }).Take(3).Select(Wording.Test.Ask)];
        Console.WriteLine("A second process, which uses only ML.NET's API, loads it and answers:");
        foreach (var (question, answer) in questions.Zip(SecondProcess.Ask(zipPath, questions)))
            Console.WriteLine($"  {question} {answer}");
    }

    private static int Judge(VerbResult result)
    {
        var rules = ImprovementRules.Check(result.Base, result.Dpo);
        foreach (var (rule, holds) in rules)
            Console.WriteLine($"{(holds ? "yes" : "NO "),-4} {rule}");
        var improved = rules.All(rule => rule.Holds);
        Console.WriteLine(improved ? "The model improved clearly." : "The model did not improve clearly.");
        return improved ? 0 : 1;
    }
}
