using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class KilledProcessTests : IDisposable
{
    private const int Kills = 4;

    // What training a stage takes is a good deal less.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(400);

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
            using var process = Start();
            // Every other one dies while it writes.
            var killed = kill % 2 == 0 ? WaitFor(process, IsWriting) : WaitFor(process, HasBegun) && !process.WaitForExit(random.NextSingle() * LongestDelay);
            process.Kill();
            process.WaitForExit();
            killed.Should().BeTrue("a run that has ended tests nothing");
        }

        using var last = Start();
        last.WaitForExit();

        last.ExitCode.Should().Be(0, last.StandardError.ReadToEnd());
        Entries(_folder["killed.zip"]).Should().Equal(Entries(_folder["undisturbed.zip"]));
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(KilledProcessTests).Assembly.Location, .. KillableChain.Arguments(Workspace, _folder["killed.zip"])])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static bool WaitFor(Process process, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
            if (process.WaitForExit(TimeSpan.FromMilliseconds(1)))
                return false;
        return true;
    }

    private bool HasBegun() => Directory.Exists(Workspace);

    private bool IsWriting() => HasBegun() && Directory.EnumerateDirectories(Workspace).Any(stage => Directory.EnumerateDirectories(stage, "*.tmp").Any());

    private static string[] Entries(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return [.. zip.Entries.Select(entry =>
        {
            using var content = entry.Open();
            return $"{entry.FullName} {entry.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}";
        })];
    }
}
