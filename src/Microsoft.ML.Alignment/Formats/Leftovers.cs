using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Temporary files and folders of <see cref="AtomicFile"/> whose process was killed before it could rename or remove them.</summary>
internal static partial class Leftovers
{
    public const string Ending = ".tmp";

    /// <summary>Who writes touches what he writes more often than this.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Removes those beside a target that nobody has written to for an hour.</summary>
    public static void Remove(string target)
    {
        if (Path.GetDirectoryName(target) is not { } parent || !Directory.Exists(parent))
            return;
        var (name, before) = (Path.GetFileName(target), DateTime.UtcNow - Abandoned);
        foreach (var entry in new DirectoryInfo(parent).EnumerateFileSystemInfos($"*{Ending}"))
            if (entry.Name.StartsWith(name + '.', StringComparison.Ordinal) && Unique().IsMatch(entry.Name[name.Length..]))
                RemoveIfAbandoned(entry, before);
    }

    private static bool IsOlder(FileSystemInfo entry, DateTime before) => entry.LastWriteTimeUtc < before
        && (entry is not DirectoryInfo folder || folder.EnumerateFiles("*", SearchOption.AllDirectories).All(file => file.LastWriteTimeUtc < before));

    // Somebody else may be removing it, or hold it after all; it is in nobody's way.
    private static void RemoveIfAbandoned(FileSystemInfo entry, DateTime before)
    {
        try
        {
            if (!IsOlder(entry, before))
                return;
            if (entry is DirectoryInfo folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    [GeneratedRegex(@"^\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex Unique();
}
