using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Memory;

/// <summary>The estimate of a stage's memory beside what a process takes that does nothing else.</summary>
public sealed class StageMemoryTests
{
    [LinuxTheory]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    [InlineData(true, 20)]
    public void TheEstimateIsWhatTheProcessTakes(bool lora, int sentences)
    {
        string[] arguments = [typeof(StageMemoryTests).Assembly.Location, .. MeasuredStage.Arguments(lora, sentences)];
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var share = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.Should().Be(0, process.StandardError.ReadToEnd());
        double.Parse(share, CultureInfo.InvariantCulture).Should().BeInRange(0.75, 1.25);
    }
}
