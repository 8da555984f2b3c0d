namespace Microsoft.ML.Alignment.EndToEnd.Tests.Learning;

public sealed class DeterminismTests
{
    private const int FewSteps = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneSeedGivesOneFileAndAnotherSeedOtherWeights(bool lora)
    {
        var (first, again, other) = (SavedParts(lora, seed: 5), SavedParts(lora, seed: 5), SavedParts(lora, seed: 6));
        first.Should().Equal(again);
        Weights(first).Should().NotBeEmpty().And.NotBeEquivalentTo(Weights(other));
    }

    private static string[] SavedParts(bool lora, int seed)
    {
        using var folder = new TemporaryFolder();
        using var chain = new VerbChain(lora, seed, FewSteps);
        chain.Context.Model.SaveReproducible(chain.Fitted, VerbTask.Pairs(chain.Context).Schema, folder["chain.zip"]);
        return SavedZip.Entries(folder["chain.zip"]);
    }

    private static string[] Weights(string[] parts) => [.. parts.Where(part => part.StartsWith("AlignmentWeights", StringComparison.Ordinal))];
}
