namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes files and folders that are there whole or not at all.</summary>
/// <remarks>A link at the target stays, and what it points to is written. What a process that was killed left beside the target is removed.</remarks>
internal static class AtomicFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a file under a temporary name beside its target and renames it. A file that is there is replaced.</summary>
    /// <exception cref="IOException">The target is a folder, or the file cannot be written; then what was there is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Target(path);
        if (Directory.Exists(target))
            throw new IOException($"'{path}' is a folder; give the name of a file.");
        Leftovers.Remove(target);
        var temporary = TemporaryNameOf(target);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes a folder under a temporary name beside its target and renames it.</summary>
    /// <param name="folder">The target: absent or empty.</param>
    /// <param name="write">Fills the folder whose path it gets.</param>
    /// <exception cref="IOException">The target is a file, or has something in it.</exception>
    public static void WriteFolder(string folder, Action<string> write)
    {
        var target = Target(folder);
        if (File.Exists(target))
            throw new IOException($"'{folder}' is a file; give a folder that is absent or empty.");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new IOException($"The folder '{folder}' is not empty; give one that is absent or empty, or remove what is in it.");
        Leftovers.Remove(target);
        var temporary = TemporaryNameOf(target);
        Directory.CreateDirectory(temporary);
        try
        {
            write(temporary);
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>A name beside a file or folder that nothing has yet; it ends with <c>.tmp</c>.</summary>
    public static string TemporaryNameOf(string path) => $"{path}.{Guid.NewGuid():N}{Leftovers.Ending}";

    // A rename would put what is written in the place of a link, and leave what it points to as it was.
    private static string Target(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var file = new FileInfo(full);
        return file.LinkTarget is null ? full : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
