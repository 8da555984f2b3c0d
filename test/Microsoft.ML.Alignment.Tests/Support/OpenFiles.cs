namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>The files that this process has open, as Linux tells.</summary>
internal static class OpenFiles
{
    /// <summary>The paths of those in a folder.</summary>
    public static string[] In(string folder) =>
    [
        .. Directory.GetFiles("/proc/self/fd").Select(TargetOf).OfType<string>()
            .Where(path => path.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)),
    ];

    // A descriptor may be closed while they are looked at.
    private static string? TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
