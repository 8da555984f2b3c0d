namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes files and folders that are there whole or not at all.</summary>
internal static class AtomicFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a file under a temporary name beside its target and renames it. A file that is there is replaced.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = TemporaryNameOf(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
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
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(target))
            throw new IOException($"'{folder}' is a file; give a folder that is absent or empty.");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new IOException($"The folder '{folder}' is not empty; give one that is absent or empty, or remove what is in it.");
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
    public static string TemporaryNameOf(string path) => $"{path}.{Guid.NewGuid():N}.tmp";
}
