using System.Diagnostics;

namespace Samples.Terminal;

/// <summary>The most memory that this process held.</summary>
internal static class PeakMemory
{
    private const string LinuxPeak = "/proc/self/clear_refs";

    /// <summary>Forgets what was held before, where the system can do that (Linux).</summary>
    public static void Restart()
    {
        if (!File.Exists(LinuxPeak))
            return;
        // What nobody uses any more is not to count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var file = new FileStream(LinuxPeak, FileMode.Open, FileAccess.Write);
        file.Write("5"u8);
    }

    public static long Bytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
