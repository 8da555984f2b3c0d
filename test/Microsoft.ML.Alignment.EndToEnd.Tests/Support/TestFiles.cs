namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>Files that lie in the repository for tests.</summary>
internal static class TestFiles
{
    /// <summary>A pretrained model of 260 thousand weights, which was trained on children's stories.</summary>
    public static string Stories => Golden("shared/models/stories260K");

    /// <summary>The same, quantised.</summary>
    public static string QuantisedStories => Golden("gguf/stories260K-q8_0.gguf");

    /// <summary>A path in <c>test/golden</c>.</summary>
    public static string Golden(string relative) => Path.Combine(Root(), relative);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var golden = Path.Combine(folder.FullName, "test", "golden");
            if (Directory.Exists(golden))
                return golden;
        }

        throw new DirectoryNotFoundException($"There is no folder test/golden above '{AppContext.BaseDirectory}'.");
    }
}
