using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>
/// Saves where the system gives no more room than a few kilobytes a file, which the process asks it for: a program of its own, because
/// the limit cannot be taken back.
/// </summary>
internal static partial class FullDisk
{
    private const string Saving = "save-on-full-disk";
    private const string Training = "train-on-full-disk";
    private const int FileSize = 1; // RLIMIT_FSIZE
    private const int TooLarge = 25; // SIGXFSZ
    private const nint Ignore = 1; // SIG_IGN
    private const ulong Room = 100_000;

    /// <summary>What a process needs to be told to save in every way over what is there.</summary>
    public static string[] SavingArguments(string folder) => [Saving, folder];

    /// <summary>What a process needs to be told to train until a checkpoint finds no room.</summary>
    public static string[] TrainingArguments(string workspace, string zip) => [Training, workspace, zip];

    /// <summary>Does what the arguments say, and prints the errors.</summary>
    /// <returns>Whether they say something.</returns>
    public static bool Run(string[] arguments)
    {
        switch (arguments)
        {
            case [Saving, var folder]:
                Save(folder);
                return true;
            case [Training, var workspace, var zip]:
                Report("checkpoint", () => KillableChain.Train(new AlignmentRun
                {
                    WorkspacePath = workspace, CheckpointEverySteps = 1, Progress = new Filling(step: 3),
                }, zip));
                return true;
            default:
                return false;
        }
    }

    private static void Save(string folder)
    {
        var ml = new MLContext(seed: 1);
        var align = ml.Alignment();
        var rows = VerbTask.Pairs(ml);
        using var chain = align.BaseModel(TestFiles.Stories).Append(align.Trainers.Sft(new()
        {
            Lora = new() { Rank = 16 },
            Training = new() { MaxSteps = 1, BatchSize = 2 },
        })).Fit(rows);
        using var model = chain.LastTransformer.Model.Share();
        FillUp();
        Report("Save", () => align.Save(chain, rows.Schema, Path.Combine(folder, "model.zip")));
        Report("SaveReproducible", () => ml.Model.SaveReproducible(chain, rows.Schema, Path.Combine(folder, "model.zip")));
        Report("SavePretrained", () => model.SavePretrained(Path.Combine(folder, "pretrained")));
        Report("SaveAdapters", () => model.SaveAdapters(Path.Combine(folder, "adapters")));
    }

    private static void Report(string what, Action save)
    {
        try
        {
            save();
            Console.WriteLine($"{what}: saved");
        }
        // Of a limit .NET says that a length is out of range, of a full disk that there is no space.
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            Console.WriteLine($"{what}: no room");
        }
    }

    private static void FillUp()
    {
        _ = Signal(TooLarge, Ignore);
        var limit = new Limit(Room, Room);
        if (SetLimit(FileSize, in limit) != 0)
            throw new InvalidOperationException("The system takes no limit of the size of files.");
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);

    private readonly record struct Limit(ulong Current, ulong Most);

    private sealed class Filling(int step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
                FillUp();
        }
    }
}
