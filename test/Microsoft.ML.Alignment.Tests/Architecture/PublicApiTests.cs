using System.Reflection;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>What users can name stands in a text file, so that every change to it shows in a review.</summary>
public sealed class PublicApiTests
{
    private const string UpdateVariable = "ALIGNMENT_UPDATE_SNAPSHOTS";

    [Fact]
    public void PublicApiIsAsReviewed() => RequireReviewed(typeof(LanguageModel).Assembly, "PublicApi.txt");

    [Fact]
    public void PublicApiOfTheEvaluatorsIsAsReviewed() => RequireReviewed(typeof(AlignmentEvaluator).Assembly, "PublicApi.Evaluation.txt");

    private static void RequireReviewed(Assembly assembly, string snapshot)
    {
        var path = Path.Combine(Repository.Root, "test", "Microsoft.ML.Alignment.Tests", "Architecture", snapshot);
        var api = PublicApi.Describe(assembly);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            File.WriteAllText(path, api);
        api.Should().Be(File.ReadAllText(path), $"a wanted change is written to {snapshot} by a run with {UpdateVariable}=1");
    }
}
