using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>One step of SFT that tells what it took and what was estimated.</summary>
internal static partial class MeasuredStage
{
    private const string Command = "measure";

    // Enough rows that the tensors of a step outweigh the noise of a process many times.
    private const int BatchSize = 24;

    /// <summary>What a process needs to be told to measure the stage.</summary>
    public static string[] Arguments(bool lora, int sentences) => [Command, lora ? "lora" : "full", sentences.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Prints the share of the estimate that was taken, if the arguments say so.</summary>
    public static bool Run(string[] arguments)
    {
        if (arguments is not [Command, var weights, var sentences])
            return false;
        Console.WriteLine(Measure(weights == "lora", int.Parse(sentences, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        return true;
    }

    private static double Measure(bool lora, int sentences)
    {
        TrainingSummary? summary = null;
        var align = new MLContext(1).Alignment(new() { Summary = new Told(told => summary = told) });
        string Story(int i) => string.Concat(Enumerable.Range(0, sentences).Select(s => $" there was a girl who saw {(i + s) % 7} dogs."));
        var rows = align.Data.LoadFromEnumerable(Enumerable.Range(0, BatchSize).Select(i => new Row($"Once upon a time, number {i},", Story(i))));
        using var start = align.BaseModel(TestFiles.Stories).Fit(rows);
        var input = start.Transform(rows);
        SftTrainer Trainer(int batchSize) => align.Trainers.Sft(new()
        {
            Training = new() { MaxSteps = 1, BatchSize = batchSize, MicroBatchTokens = int.MaxValue },
            Lora = lora ? new() { Rank = 4 } : null,
        });
        Trainer(1).Fit(input).Dispose(); // loads what is loaded once
        GC.Collect();
        _ = MallocTrim(0); // what was freed and kept would be used unseen
        var before = Environment.WorkingSet;
        File.WriteAllText("/proc/self/clear_refs", "5"); // starts the peak anew
        Trainer(BatchSize).Fit(input).Dispose();
        return (double)(ProcessMemory.Peak - before) / summary!.Memory.Total;
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nint pad);

    private sealed record Row(string Prompt, string Completion);

    private sealed class Told(Action<TrainingSummary> tell) : IProgress<TrainingSummary>
    {
        public void Report(TrainingSummary value) => tell(value);
    }
}
