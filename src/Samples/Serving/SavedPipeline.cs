using System.IO.Compression;
using Samples.Terminal;

namespace Samples.Serving;

/// <summary>Looks at a file before ML.NET does, whose words for a wrong one are those of the zip format.</summary>
internal static class SavedPipeline
{
    private const string Wanted = "Give the zip that a run saved: out/aligned.zip, or what --out named.";

    /// <summary>Gives the path back if a zip is there.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string At(string path)
    {
        if (Directory.Exists(path))
            throw new UsageException($"'{path}' is a folder. {Wanted}");
        if (!File.Exists(path))
            throw new UsageException($"There is no file '{path}'. {Wanted}");
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return path;
        }
        catch (InvalidDataException)
        {
            throw new UsageException($"'{path}' is no saved pipeline: it is {Kind(path)}. {Wanted}");
        }
    }

    private static string Kind(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[4];
        return start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)) switch
        {
            [] => "empty",
            [(byte)'P', (byte)'K', ..] => $"a zip that was cut short or damaged ({file.Length} bytes)",
            [(byte)'G', (byte)'G', (byte)'U', (byte)'F'] => "a GGUF file, a model to start from (--model)",
            _ => $"no zip ({file.Length} bytes)",
        };
    }
}
