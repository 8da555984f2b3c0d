using System.Diagnostics;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class KilledProcessTests : IDisposable
{
    private const int Kills = 4;
    private const int KillsOfRlhf = 3;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(300);

    private readonly TemporaryFolder _folder = new();

    private string Workspace => _folder["workspace"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunThatIsKilledAtRandomMomentsEndsWithTheSameFileAsOneThatIsNot()
    {
        KillableChain.Train(new(), _folder["undisturbed.zip"]);

        KillAndFinish(Kills, KillableChain.Arguments(Workspace, _folder["killed.zip"]));

        RequireSame("killed.zip", "undisturbed.zip");
    }

    [Fact]
    public void ARunThatLearnsFromWhatItWritesEndsWithTheSameFilesToo()
    {
        KillableRlhf.Train(_folder["undisturbed"], _folder["undisturbed.zip"]);

        KillAndFinish(KillsOfRlhf, KillableRlhf.Arguments(Workspace, _folder["killed.zip"]), "2-Ppo");

        RequireSame("killed.zip", "undisturbed.zip");
        foreach (var file in new[] { "1-RewardModel/metrics.jsonl", "2-Ppo/metrics.jsonl", "2-Ppo/completions.jsonl" })
            RequireSame($"workspace/{file}", $"undisturbed/{file}");
        File.ReadLines(_folder["undisturbed/2-Ppo/completions.jsonl"]).Should().HaveCountGreaterThan(10);
    }

    // In a certain stage, or in any.
    private void KillAndFinish(int kills, string[] arguments, string stage = "*")
    {
        var random = new Random(Environment.TickCount);
        for (var kill = 0; kill < kills; kill++)
        {
            var before = Folders(stage);
            using var process = Start(arguments);
            // Every other one dies while it writes, the rest some time after its first new checkpoint.
            if (kill % 2 == 0)
                WaitFor(process, () => Folders(stage).Any(folder => folder.EndsWith(".tmp", StringComparison.Ordinal)));
            else if (WaitFor(process, () => !before.SequenceEqual(Folders(stage))))
                process.WaitForExit(random.NextSingle() * LongestDelay);
            process.Kill();
            process.WaitForExit();
        }

        using var last = Start(arguments);
        last.WaitForExit();
        last.ExitCode.Should().Be(0, last.StandardError.ReadToEnd());
    }

    private void RequireSame(string one, string other) =>
        File.ReadAllBytes(_folder[one]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[other])).Should().BeTrue(one);

    private static Process Start(string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(KilledProcessTests).Assembly.Location, .. arguments]) { RedirectStandardError = true })!;

    private static bool WaitFor(Process process, Func<bool> condition)
    {
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(1)))
            if (condition())
                return true;
        return false;
    }

    private string[] Folders(string stage) => Directory.Exists(Workspace)
        ? [.. Directory.EnumerateDirectories(Workspace, stage).SelectMany(Directory.EnumerateDirectories).Order(StringComparer.Ordinal)]
        : [];
}
