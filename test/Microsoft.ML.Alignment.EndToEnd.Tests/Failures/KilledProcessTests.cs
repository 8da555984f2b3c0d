using System.Diagnostics;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class KilledProcessTests : IDisposable
{
    private const int Kills = 4;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(300);

    private readonly TemporaryFolder _folder = new();

    private string Workspace => _folder["workspace"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunThatIsKilledAtRandomMomentsEndsWithTheSameFileAsOneThatIsNot()
    {
        var random = new Random(Environment.TickCount);
        KillableChain.Train(new(), _folder["undisturbed.zip"]);

        for (var kill = 0; kill < Kills; kill++)
        {
            var before = Folders();
            using var process = Start();
            // Every other one dies while it writes, the rest some time after its first new checkpoint.
            if (kill % 2 == 0)
                WaitFor(process, () => Folders().Any(folder => folder.EndsWith(".tmp", StringComparison.Ordinal)));
            else if (WaitFor(process, () => !before.SequenceEqual(Folders())))
                process.WaitForExit(random.NextSingle() * LongestDelay);
            process.Kill();
            process.WaitForExit();
        }

        using var last = Start();
        last.WaitForExit();

        last.ExitCode.Should().Be(0, last.StandardError.ReadToEnd());
        File.ReadAllBytes(_folder["killed.zip"]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["undisturbed.zip"])).Should().BeTrue();
    }

    private Process Start()
    {
        string[] arguments = [typeof(KilledProcessTests).Assembly.Location, .. KillableChain.Arguments(Workspace, _folder["killed.zip"])];
        return Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true })!;
    }

    private static bool WaitFor(Process process, Func<bool> condition)
    {
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(1)))
            if (condition())
                return true;
        return false;
    }

    private string[] Folders() => Directory.Exists(Workspace)
        ? [.. Directory.EnumerateDirectories(Workspace).SelectMany(stage => Directory.EnumerateDirectories(stage)).Order(StringComparer.Ordinal)]
        : [];
}
