using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Native;

/// <summary>
/// A clock for short measurements on a machine that does other things too: the processor time of this thread, which stands still while
/// others run, where all work is done on it and the system tells; else the time of day.
/// </summary>
internal static unsafe partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>The time since some moment, in milliseconds.</summary>
    /// <param name="worksAlone">Whether this thread does all the work; the share of others is not seen by its own clock.</param>
    public static double Milliseconds(bool worksAlone)
    {
        var time = default(TimeSpecification);
        return worksAlone && OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, &time) == 0
            ? (time.Seconds * 1e3) + (time.Nanoseconds / 1e6)
            : Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, TimeSpecification* time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpecification
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
