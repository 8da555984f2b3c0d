using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Training;

/// <summary>The estimate of a stage's memory beside what the process takes.</summary>
[Collection(RunsAlone.Name)]
public sealed partial class MemoryFormulaTests
{
    // Enough rows that the tensors of a step outweigh the noise of a process many times.
    private const int BatchSize = 24;

    [LinuxTheory]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    [InlineData(true, 20)]
    public void TheEstimateIsWhatTheProcessTakes(bool lora, int sentences)
    {
        TrainingSummary? summary = null;
        var align = new MLContext(1).Alignment(new() { Summary = new Told(told => summary = told) });
        string Story(int i) => string.Concat(Enumerable.Range(0, sentences).Select(s => $" there was a girl who saw {(i + s) % 7} dogs."));
        var rows = align.Data.LoadFromEnumerable(Enumerable.Range(0, BatchSize).Select(i => new Row($"Once upon a time, number {i},", Story(i))));
        using var start = align.BaseModel(Golden.Shared(StoriesModel.Folder)).Fit(rows);
        var input = start.Transform(rows);
        SftTrainer Trainer(int batchSize) => align.Trainers.Sft(new()
        {
            Training = new() { MaxSteps = 1, BatchSize = batchSize, MicroBatchTokens = int.MaxValue },
            Lora = lora ? new() { Rank = 4 } : null,
        });
        Trainer(1).Fit(input).Dispose();
        GC.Collect();
        _ = MallocTrim(0); // what was freed and kept would be used unseen
        var before = ProcessMemory.Current;
        File.WriteAllText("/proc/self/clear_refs", "5"); // starts the peak anew
        Trainer(BatchSize).Fit(input).Dispose();
        var taken = ProcessMemory.Peak - before;
        ((double)taken / summary!.Memory.Total).Should().BeInRange(0.75, 1.25);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nint pad);

    private sealed record Row(string Prompt, string Completion);

    private sealed class Told(Action<TrainingSummary> tell) : IProgress<TrainingSummary>
    {
        public void Report(TrainingSummary value) => tell(value);
    }
}
