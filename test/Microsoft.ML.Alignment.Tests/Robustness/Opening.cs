using System.Diagnostics;

namespace Microsoft.ML.Alignment.Tests.Robustness;

/// <summary>Opens a damaged file: it is read, or refused by one of our errors that names it, in bounded time and memory.</summary>
internal static class Opening
{
    private const long MaxAllocated = 600L << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    /// <summary>What was wrong with the way in which it went; null if nothing was.</summary>
    /// <param name="open">Opens the file.</param>
    /// <param name="name">The file's name.</param>
    public static string? FailureOf(Action open, string name)
    {
        var (clock, allocated) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            open();
        }
        catch (Exception e) when (IsOurs(e))
        {
            if (!e.Message.Contains(name, StringComparison.Ordinal) && !e.Message.Contains(name.Split('.')[0], StringComparison.Ordinal))
                return $"the message does not name the file: {e.Message}";
        }
        catch (Exception e)
        {
            return e.ToString()[..Math.Min(900, e.ToString().Length)];
        }

        if (clock.Elapsed > MaxTime)
            return $"took {clock.Elapsed}";
        return GC.GetAllocatedBytesForCurrentThread() - allocated is var bytes && bytes > MaxAllocated ? $"allocated {bytes >> 20} MiB" : null;
    }

    private static bool IsOurs(Exception e) =>
        e.GetType() == typeof(InvalidDataException) || e is NotSupportedException or FileNotFoundException or DirectoryNotFoundException or WorkspaceException;
}
