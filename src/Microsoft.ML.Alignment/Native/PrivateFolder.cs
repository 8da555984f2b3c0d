using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.Native;

/// <summary>A folder that only the current user of a Linux system can read and write, for code that is going to be loaded.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Name = "microsoft-ml-alignment";

    /// <summary>Where the folder may lie, best first: the user's cache, else the folder for temporary files.</summary>
    public static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } cache && Path.IsPathFullyQualified(cache))
            yield return Path.Combine(cache, Name);
        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home)
            yield return Path.Combine(home, ".cache", Name);
        yield return Path.Combine(Path.GetTempPath(), $"{Name}-{GetEffectiveUserId()}");
    }

    /// <summary>Makes sure that the folder exists, belongs to the current user and is open to nobody else.</summary>
    /// <exception cref="IOException">It cannot be made, is a link or no folder, belongs to another user or lets others in.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static void Ensure(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly);
        var (owner, type, mode) = Inspect(path);
        if (type != FileType.Folder)
            throw new IOException($"'{path}' is no folder; remove it.");
        if (owner != GetEffectiveUserId())
            throw new IOException($"Folder '{path}' belongs to user {owner}, not to the current one; remove it or set XDG_CACHE_HOME.");
        if (mode != OwnerOnly)
            throw new IOException($"Folder '{path}' must be open to its owner only (mode 0700) but has mode {Convert.ToString((int)mode, 8)}.");
    }

    /// <summary>Puts a file with this content into the folder, named by the content, unless it is there; returns its path.</summary>
    /// <param name="folder">A folder that <see cref="Ensure"/> accepts.</param>
    /// <param name="name">The file's name; it lies in a sub-folder named by the hash.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="IOException">The folder is not private, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    public static string Store(string folder, string name, byte[] content)
    {
        Ensure(folder);
        var hash = SHA256.HashData(content);
        var home = Path.Combine(folder, Convert.ToHexStringLower(hash));
        Ensure(home);
        var file = Path.Combine(home, name);
        if (!HasHash(file, hash))
        {
            var temporary = $"{file}.{Environment.ProcessId}.tmp";
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, file, overwrite: true);
        }

        return HasHash(file, hash) ? file : throw new IOException($"'{file}' does not hold what was written into it.");
    }

    private static bool HasHash(string file, byte[] hash)
    {
        if (!File.Exists(file) || Inspect(file).Type != FileType.File)
            return false;
        using var stream = File.OpenRead(file);
        return SHA256.HashData(stream).AsSpan().SequenceEqual(hash);
    }

    private static (uint Owner, FileType Type, UnixFileMode Mode) Inspect(string path)
    {
        const int currentFolder = -100, doNotFollowLinks = 0x100, typeModeAndOwner = 0x1 | 0x2 | 0x8;
        Status status;
        if (StatX(currentFolder, path, doNotFollowLinks, typeModeAndOwner, &status) != 0)
            throw new IOException($"'{path}' cannot be inspected (error {Marshal.GetLastPInvokeError()}).");
        return (status.Owner, (FileType)(status.Mode & 0xf000), (UnixFileMode)(status.Mode & 0xfff));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Status* status);

    private enum FileType
    {
        Folder = 0x4000,
        File = 0x8000,
    }

    /// <summary>What we read of the kernel's <c>struct statx</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint Owner;
        [FieldOffset(28)]
        public ushort Mode;
    }
}
