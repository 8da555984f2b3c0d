namespace Microsoft.ML.Alignment.Formats;

/// <summary>Finds the files of a model in a folder that others filled: by their names, regular ones, and none that lie elsewhere.</summary>
internal static class ModelFolder
{
    private const string HubBlobs = "blobs";

    /// <summary>The path of a file of a folder; null if there is none of the name.</summary>
    /// <exception cref="InvalidDataException">It is a link out of the folder, or nothing that can be read from end to end.</exception>
    public static string? Find(string folder, string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        var real = file.LinkTarget is { } link ? Followed(folder, file, link) : file;
        if (!real.Exists)
            return null;
        // Pipes and devices have no length, and opening one may wait for ever.
        return real.Length > 0
            ? file.FullName
            : throw new InvalidDataException($"'{file.FullName}' is empty, or a pipe or device and no file: get it again.");
    }

    private static FileInfo Followed(string folder, FileInfo file, string link)
    {
        var root = Real(folder);
        var target = new FileInfo(new FileInfo(Path.Combine(root, file.Name)).ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        if (!target.Exists)
            throw new InvalidDataException($"'{file.FullName}' is a link to '{link}', where no file is: get the file itself.");
        if (!IsIn(root, target.FullName) && !IsIn(Blobs(root), target.FullName))
            throw new InvalidDataException(
                $"'{file.FullName}' is a link to '{target.FullName}', outside its folder; read are files that lie in the folder of their model, " +
                "or in the blobs beside it as the hub's cache has them. Copy the file into the folder if it is one of the model's.");
        return target;
    }

    // The hub's cache has <model>/snapshots/<revision>/config.json as links into <model>/blobs.
    private static string? Blobs(string root) =>
        Path.GetDirectoryName(root) is { } snapshots && Path.GetFileName(snapshots) == "snapshots" && Path.GetDirectoryName(snapshots) is { } model
            ? Path.Combine(model, HubBlobs)
            : null;

    private static bool IsIn(string? folder, string path) =>
        folder is not null && path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Real(string folder)
    {
        var info = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return info.LinkTarget is null ? info.FullName : info.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }
}
