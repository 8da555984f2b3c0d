namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A fact that needs files of the shared collection and is skipped where they are not.</summary>
/// <remarks>
/// Each path is relative to the collection (<c>models/stories260K</c>) or, behind <c>golden/</c>, also looked for in test/golden.
/// </remarks>
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(params string[] paths) => Skip = SharedData.ReasonToSkip(paths);
}

/// <summary>A theory that needs files of the shared collection and is skipped where they are not.</summary>
/// <inheritdoc cref="SharedFactAttribute" path="/remarks"/>
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(params string[] paths) => Skip = SharedData.ReasonToSkip(paths);
}

internal static class SharedData
{
    private const string GoldenFolder = "golden/";

    public static string? ReasonToSkip(string[] paths)
    {
        if (paths.Length == 0)
            return Golden.TryShared("golden") is null ? "needs the folder 'shared' above the test binaries" : null;
        var missing = paths.Where(path => !IsThere(path)).ToArray();
        return missing.Length == 0 ? null : $"needs {string.Join(", ", missing)}";
    }

    private static bool IsThere(string path) => path.StartsWith(GoldenFolder, StringComparison.Ordinal)
        ? Golden.TryPath(path[GoldenFolder.Length..]) is not null
        : Golden.TryShared(path) is not null;
}
