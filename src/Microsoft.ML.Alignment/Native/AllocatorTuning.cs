using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Native;

/// <summary>Lets the C library keep large freed blocks for the next step instead of returning them, whose pages would have to be made anew.</summary>
internal static partial class AllocatorTuning
{
    private const int TrimThreshold = -1, MapThreshold = -3;

    /// <summary>Keeps freed blocks up to this size, in bytes; does nothing where the C library is not glibc.</summary>
    /// <returns>Whether it is in force.</returns>
    public static bool TryKeepFreedBlocks(int largest)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            return SetOption(MapThreshold, largest) != 0 && SetOption(TrimThreshold, int.MaxValue) != 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
