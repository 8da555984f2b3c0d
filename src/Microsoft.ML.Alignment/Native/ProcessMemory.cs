using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Alignment.Native;

/// <summary>How much physical memory this process holds.</summary>
internal static class ProcessMemory
{
    private const string StatusFile = "/proc/self/status";

    /// <summary>The largest resident set so far, in bytes.</summary>
    public static long Peak => ReadStatus("VmHWM:") ?? Measure(process => process.PeakWorkingSet64);

    private static long? ReadStatus(string field)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(StatusFile))
            return null;
        var line = File.ReadLines(StatusFile).FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        var kibibytes = line?[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(kibibytes, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value * 1024 : null;
    }

    private static long Measure(Func<Process, long> read)
    {
        using var process = Process.GetCurrentProcess();
        return read(process);
    }
}
