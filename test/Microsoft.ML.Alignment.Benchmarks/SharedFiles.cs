namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>
/// The models and data that are too large for the repository: a folder <c>shared</c> in one of the folders above the program.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The first file of a pattern in a subfolder of <c>shared</c>; where there is none, the path that is missing.</summary>
    public static string Find(string subfolder, string pattern)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", subfolder);
            if (Directory.Exists(path) && Directory.GetFiles(path, pattern).Order(StringComparer.Ordinal).FirstOrDefault() is { } file)
                return file;
        }

        return Path.Combine("shared", subfolder, pattern);
    }

    /// <summary>A subfolder of <c>shared</c>.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static string Folder(string subfolder)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", subfolder);
            if (Directory.Exists(path))
                return path;
        }

        throw new DirectoryNotFoundException($"There is no folder 'shared/{subfolder}' above the program.");
    }
}
