using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Native;

/// <summary>
/// Loads TorchSharp's native library before TorchSharp does, so that it also works where the system's C++ library is older.
/// </summary>
/// <remarks>
/// TorchSharp 0.107's Linux library asks for version GLIBCXX_3.4.32 (of GCC 13), but calls nothing of it. Where the system lacks it, a
/// private copy that does not insist on it is loaded instead; TorchSharp then finds it resident under its name.
/// </remarks>
internal static partial class NativeLibraryLoader
{
    private const string Shim = "libLibTorchSharp.so";
    private const string TorchCpu = "libtorch_cpu.so";
    private static readonly string[] Torch = ["libc10.so", TorchCpu, "libtorch.so"];
    private static readonly Lazy<NativeLibraryException?> Problem = new(TryLoad);
    private static nint torchCpu;

    /// <summary>Makes sure that <see cref="TorchSharp.torch"/> can be used.</summary>
    /// <exception cref="NativeLibraryException">It cannot; the message says what is missing and what to install.</exception>
    public static void EnsureLoaded()
    {
        if (Problem.Value is { } problem)
            throw new NativeLibraryException(problem.Message, problem);
    }

    /// <summary>The address of a function of libtorch by its mangled name; 0 where it is not there or the system is another.</summary>
    public static nint FindTorchExport(string name) =>
        torchCpu != 0 && NativeLibrary.TryGetExport(torchCpu, name, out var address) ? address : 0;

    // Whoever touches one of our types may touch torch next. A problem is kept for EnsureLoaded: an exception here would surface
    // as a TypeInitializationException at some unrelated place.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The library must be resident before the first use of torch.")]
    internal static void Initialize() => _ = Problem.Value;

    private static NativeLibraryException? TryLoad()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return new NativeLibraryException($"TorchSharp has no native library for linux-{RuntimeInformation.ProcessArchitecture}; use linux-x64.");
        try
        {
            foreach (var name in Torch)
                Remember(name, NativeLibrary.Load(Locate(name)));
            LoadShim(Locate(Shim));
            return null;
        }
        catch (NativeLibraryException e)
        {
            return e;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return new NativeLibraryException(Explain(e.Message), e);
        }
    }

    private static void Remember(string name, nint library) => torchCpu = name == TorchCpu ? library : torchCpu;

    private static string Locate(string name) => NativeLibraryFolders.Find(name) ?? throw new NativeLibraryException(
        $"TorchSharp's native library {name} was not found in any of: {string.Join(", ", NativeLibraryFolders.Candidates())}. " +
        "Add a reference to the package TorchSharp-cpu (or TorchSharp-cuda-linux) to the application.");

    [SupportedOSPlatform("linux")]
    private static void LoadShim(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e) when (MissingVersion().Match(e.Message) is { Success: true } missing)
        {
            LoadWithout(missing.Groups[1].Value, path);
        }
    }

    [SupportedOSPlatform("linux")]
    private static void LoadWithout(string version, string path)
    {
        var library = File.ReadAllBytes(path);
        if (ElfVersionNeeds.TryWeaken(library, version) is { } reason)
        {
            throw new NativeLibraryException(
                $"'{path}' needs {version} of the C++ library, which this system lacks, and cannot do without: {reason}. {Newer}");
        }

        var problems = new List<string>();
        foreach (var folder in PrivateFolder.Candidates())
        {
            try
            {
                NativeLibrary.Load(PrivateFolder.Store(folder, Shim, library));
                return;
            }
            catch (Exception e) when (e is DllNotFoundException or IOException or UnauthorizedAccessException)
            {
                problems.Add(e.Message);
            }
        }

        throw new NativeLibraryException(
            $"'{path}' needs {version} of the C++ library, which this system lacks, and no copy that does without could be loaded: " +
            $"{string.Join(" ", problems)} {Newer}");
    }

    private const string Newer =
        "Use a system with GCC 13's libstdc++ or newer (Ubuntu 24.04, Debian 13, Fedora 39), or put such a libstdc++.so.6 on LD_LIBRARY_PATH.";

    private static string Explain(string message)
    {
        if (message.Contains("`GLIBC_", StringComparison.Ordinal))
            return $"TorchSharp's native library needs glibc 2.28 or newer: {message}";
        if (message.Contains("musl", StringComparison.Ordinal))
            return $"TorchSharp's native library needs glibc; musl systems such as Alpine are not supported: {message}";
        return $"TorchSharp's native library was found but cannot be loaded: {message}";
    }

    [GeneratedRegex("version `(GLIBCXX_[0-9.]+)' not found")]
    private static partial Regex MissingVersion();
}
