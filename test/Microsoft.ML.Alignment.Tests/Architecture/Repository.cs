namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>The files of the repository that the tests run in.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["bin", "obj", "out", ".git"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths of the C# files, relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> SourceFiles { get; } = [.. Files(Root).Where(path => path.EndsWith(".cs", StringComparison.Ordinal))];

    /// <summary>Paths of the files that people read, relative to the root.</summary>
    public static IReadOnlyList<string> TextFiles { get; } =
        [.. Files(Root).Where(path => Path.GetExtension(path) is ".cs" or ".csproj" or ".props" or ".targets" or ".md" or ".sh" or ".sln" or ".config")];

    public static string[] Lines(string relative) => File.ReadAllLines(Path.Combine(Root, relative));

    private static IEnumerable<string> Files(string folder)
    {
        var here = Directory.EnumerateFiles(folder).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));
        var below = Directory.EnumerateDirectories(folder).Where(path => !Generated.Contains(Path.GetFileName(path))).SelectMany(Files);
        return here.Concat(below).Order(StringComparer.Ordinal);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Alignment.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' holds Alignment.sln; run the tests in the repository.");
    }
}
