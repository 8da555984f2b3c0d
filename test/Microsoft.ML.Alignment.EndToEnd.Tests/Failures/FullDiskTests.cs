using System.Diagnostics;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

/// <summary>The system itself refuses to write on: what was there survives, and nothing half-written stays.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public void EveryWayOfSavingLeavesWhatWasThere()
    {
        File.WriteAllText(_folder["model.zip"], "the good file");

        Run(FullDisk.SavingArguments(_folder.Path)).Should().Equal(
            "Save: no room", "SaveReproducible: no room", "SavePretrained: no room", "SaveAdapters: no room");

        File.ReadAllText(_folder["model.zip"]).Should().Be("the good file");
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(_folder["model.zip"]);
    }

    [LinuxFact]
    public void ACheckpointThatFindsNoRoomLeavesTheOneBeforeFromWhichTheRunGoesOn()
    {
        KillableChain.Train(new(), _folder["undisturbed.zip"]);

        Run(FullDisk.TrainingArguments(_folder["workspace"], _folder["resumed.zip"])).Should().Equal("checkpoint: no room");
        Directory.GetFileSystemEntries(_folder["workspace"], "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
        File.Exists(_folder["resumed.zip"]).Should().BeFalse();

        KillableChain.Train(new() { WorkspacePath = _folder["workspace"], Resume = true, CheckpointEverySteps = 1 }, _folder["resumed.zip"]);
        File.ReadAllBytes(_folder["resumed.zip"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["undisturbed.zip"])).Should().BeTrue();
    }

    private static string[] Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(FullDiskTests).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors.Result);
        return lines;
    }
}
