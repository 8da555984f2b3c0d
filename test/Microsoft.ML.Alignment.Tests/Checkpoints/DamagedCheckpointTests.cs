using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.Tests.Checkpoints;

/// <summary>What a checkpoint says of itself is hashed: another step or another end is another result.</summary>
public sealed class DamagedCheckpointTests : IDisposable
{
    private const string Stage = "1-Test";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("$.state.step", "1")]
    [InlineData("$.ended", "\"Completed\"")]
    [InlineData("$.state.bestStep", "2")]
    [InlineData("$.identity", "{}")]
    [InlineData("$.generator", "\"AAAA\"")]
    [InlineData("$.files", "{}")]
    [InlineData("$.sha256", "null")]
    public void AnyChangeIsFound(string path, string value)
    {
        var file = Interrupt();
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        var keys = path.Split('.');
        var parent = keys.Length == 3 ? json[keys[1]]! : json;
        parent[keys[^1]] = JsonNode.Parse(value);
        File.WriteAllText(file, json.ToJsonString());

        Refuse("*checkpoint.json' is damaged: its SHA-256 is*Remove that folder*");
    }

    [Fact]
    public void EveryFlippedBitIsFoundOrChangesNothing()
    {
        var file = Interrupt();
        var bytes = File.ReadAllBytes(file);
        var expected = CheckpointFile.Read(Path.GetDirectoryName(file)!).Write();
        for (var bit = 0; bit < bytes.Length * 8; bit += 67)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(file, bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                CheckpointFile.Read(Path.GetDirectoryName(file)!).Write().Should().Equal(expected, $"bit {bit} is in no value");
            }
            catch (InvalidDataException damaged)
            {
                damaged.Message.Should().Contain("checkpoint.json");
            }
        }
    }

    [Theory]
    [InlineData("null", "*holds null*")]
    [InlineData("[]", "*is damaged*")]
    [InlineData("{}", "*is damaged*formatVersion*")]
    [InlineData("{\"formatVersion\": 1}", "*format version 1*goes on from version 2*began the run*")]
    [InlineData("{\"formatVersion\": 3}", "*format version 3*goes on from version 2*")]
    [InlineData("{\"formatVersion\": 2, \"ended\": \"\\ud800\"}", "*is damaged*")]
    public void AFileThatIsNoCheckpointIsRefused(string content, string message)
    {
        File.WriteAllText(Interrupt(), content);

        Refuse(message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void AGeneratorStateOfAnotherLengthIsRefusedRatherThanEndTheProcess(int length)
    {
        var file = Interrupt();
        Write(file, CheckpointFile.Read(Path.GetDirectoryName(file)!) with { Generator = new byte[length] });

        Refuse($"*generator has {length} bytes*");
    }

    [Fact]
    public void AGeneratorStateThatMakesNoSenseIsRefused()
    {
        var file = Interrupt();
        var checkpoint = CheckpointFile.Read(Path.GetDirectoryName(file)!);
        Write(file, checkpoint with { Generator = new byte[checkpoint.Generator.Length] });

        Refuse("*generator makes no sense*");
    }

    [Fact]
    public void ADamagedCheckpointOfAFinishedStageDoesNotKeepTheRunFromGoingOn()
    {
        var stage = Directory.CreateDirectory(_folder[Stage]).FullName;
        var weights = new CheckpointedRun(stage).Train();
        foreach (var folder in Directory.GetDirectories(stage, "checkpoint-*"))
            File.WriteAllText(Path.Combine(folder, CheckpointFile.Name), "null");

        using (RunWorkspace.Of(new() { WorkspacePath = _folder.Path, Resume = true }).Next("Test"))
            new CheckpointedRun(stage).Train().Should().Equal(weights);
    }

    private static void Write(string file, CheckpointFile checkpoint) => File.WriteAllBytes(file, checkpoint.Write());

    private string Interrupt()
    {
        new CheckpointedRun(_folder.Path) { CancelAfter = 4 }.Invoking(run => run.Train()).Should().Throw<TrainingCanceledException>();
        return Path.Combine(_folder["checkpoint-4"], CheckpointFile.Name);
    }

    private void Refuse(string message) =>
        new CheckpointedRun(_folder.Path).Invoking(run => run.Train()).Should().Throw<WorkspaceException>().WithMessage(message);
}
