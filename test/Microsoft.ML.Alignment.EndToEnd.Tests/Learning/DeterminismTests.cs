using System.IO.Compression;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Learning;

public sealed class DeterminismTests
{
    private const int FewSteps = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneSeedGivesOneFileAndAnotherSeedAnother(bool lora)
    {
        var (first, again, other) = (SavedParts(lora, seed: 5), SavedParts(lora, seed: 5), SavedParts(lora, seed: 6));
        first.Should().Equal(again);
        first.Should().NotEqual(other);
    }

    // The bytes of every part of the zip, by name. The zip around them is ML.NET's, which stamps each part with the time.
    private static Dictionary<string, string> SavedParts(bool lora, int seed)
    {
        using var folder = new TemporaryFolder();
        using var chain = new VerbChain(lora, seed, FewSteps);
        chain.Context.Model.Save(chain.Fitted, VerbTask.Pairs(chain.Context).Schema, folder["chain.zip"]);
        using var zip = ZipFile.OpenRead(folder["chain.zip"]);
        return zip.Entries.ToDictionary(entry => entry.FullName, Hash);
    }

    private static string Hash(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
