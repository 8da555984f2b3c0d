namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Finds the reference numbers and models that tests compare with.</summary>
/// <remarks>
/// The whole collection lies in a folder <c>shared</c> beside the repository (with <c>golden</c>, <c>models</c> and <c>data</c> in it);
/// copies of the small golden files are in <c>test/golden</c>, and of the smallest model in <c>test/golden/shared</c>, so that a clone
/// alone can test.
/// </remarks>
internal static class Golden
{
    private static readonly string? SharedRoot = FindUpwards("shared", "golden") is { } golden ? System.IO.Path.GetDirectoryName(golden) : null;
    private static readonly string? CopyRoot = FindUpwards("test", "golden");

    /// <summary>The path of a golden file or folder: in the shared collection, else among the copies.</summary>
    /// <exception cref="FileNotFoundException">It is in neither.</exception>
    public static string Path(string relative) =>
        TryPath(relative) ?? throw new FileNotFoundException($"'{relative}' is neither in shared/golden nor in test/golden.");

    /// <summary>The path of a file or folder of the shared collection, for example <c>models/stories260K</c>.</summary>
    /// <exception cref="FileNotFoundException">It is not there; mark such tests with <see cref="SharedFactAttribute"/>.</exception>
    public static string Shared(string relative) =>
        TryShared(relative) ?? throw new FileNotFoundException($"'{relative}' is neither in a folder 'shared' above the test binaries nor in test/golden/shared.");

    /// <summary>Reads a golden text file.</summary>
    public static string Text(string relative) => File.ReadAllText(Path(relative));

    internal static string? TryPath(string relative) => TryShared("golden/" + relative) ?? Existing(CopyRoot, relative);

    internal static string? TryShared(string relative) => Existing(SharedRoot, relative) ?? Existing(CopyRoot, "shared/" + relative);

    private static string? Existing(string? root, string relative)
    {
        if (root is null)
            return null;
        var path = System.IO.Path.Combine(root, relative);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string? FindUpwards(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine([folder.FullName, .. parts]);
            if (Directory.Exists(path))
                return path;
        }

        return null;
    }
}
