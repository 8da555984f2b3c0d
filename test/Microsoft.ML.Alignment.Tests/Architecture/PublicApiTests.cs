namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>What users can name stands in a text file, so that every change to it shows in a review.</summary>
public sealed class PublicApiTests
{
    private const string UpdateVariable = "ALIGNMENT_UPDATE_SNAPSHOTS";
    private static readonly string SnapshotPath = Path.Combine(Repository.Root, "test", "Microsoft.ML.Alignment.Tests", "Architecture", "PublicApi.txt");

    [Fact]
    public void PublicApiIsAsReviewed()
    {
        var api = PublicApi.Describe(typeof(LanguageModel).Assembly);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            File.WriteAllText(SnapshotPath, api);
        api.Should().Be(File.ReadAllText(SnapshotPath), $"a wanted change is written to PublicApi.txt by a run with {UpdateVariable}=1");
    }
}
