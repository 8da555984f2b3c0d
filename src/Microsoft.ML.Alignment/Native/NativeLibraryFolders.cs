namespace Microsoft.ML.Alignment.Native;

/// <summary>The folders in which TorchSharp's native libraries may lie on linux-x64.</summary>
internal static class NativeLibraryFolders
{
    private const string Runtime = "linux-x64";
    private const string TorchPackage = "libtorch-cpu-linux-x64";

    /// <summary>The path of a library, or null where it is in none of the folders.</summary>
    public static string? Find(string fileName) =>
        Candidates().Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);

    /// <summary>The folders, in the order in which they are searched: the host's, the application's, the package cache's.</summary>
    public static IEnumerable<string> Candidates()
    {
        IEnumerable<string> folders = [.. HostFolders(), .. Around(AppContext.BaseDirectory), .. AroundTorchSharp()];
        return folders.Select(Path.TrimEndingDirectorySeparator).Distinct();
    }

    private static string[] HostFolders() =>
        AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string list
            ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [];

    private static string[] Around(string folder) => [folder, Path.Combine(folder, "runtimes", Runtime, "native")];

    // A notebook loads TorchSharp.dll from the package cache: <cache>/torchsharp/<version>/lib/<framework>/TorchSharp.dll,
    // with the shim in runtimes beside lib and libtorch in a package of its own.
    private static string[] AroundTorchSharp()
    {
        var assembly = typeof(TorchSharp.torch).Assembly.Location;
        if (Path.GetDirectoryName(assembly) is not { Length: > 0 } library)
            return [];
        var package = Path.GetFullPath(Path.Combine(library, "..", ".."));

        // Two folders above an application may be anybody's: libraries are taken from there only if it is the package.
        if (!File.Exists(Path.Combine(package, "torchsharp.nuspec")))
            return Around(library);
        var torch = new DirectoryInfo(Path.Combine(package, "..", "..", TorchPackage));
        var versions = torch.Exists ? torch.GetDirectories() : [];
        return [.. Around(library), .. Around(package), .. versions.SelectMany(v => Around(v.FullName))];
    }
}
