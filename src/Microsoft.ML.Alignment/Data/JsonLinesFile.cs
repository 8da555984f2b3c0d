using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Reads the lines of a text file, which may be compressed with gzip.</summary>
internal static class JsonLinesFile
{
    private const int GzipMagic = 0x8B1F;

    /// <summary>The lines that are not blank, pulled one at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLineLength">The longest line, in characters; a small compressed file may hold one without end.</param>
    /// <exception cref="InvalidDataException">The file is not UTF-8 text, its compression is broken, or a line is too long.</exception>
    public static IEnumerable<JsonLine> Lines(string path, int maxLineLength)
    {
        using var reader = new StreamReader(Open(path), new UTF8Encoding(false, throwOnInvalidBytes: true));
        var lines = new LineReader(reader, maxLineLength);
        for (var number = 1L; Next(lines, path, number, maxLineLength) is { } text; number++)
        {
            if (!string.IsNullOrWhiteSpace(text))
                yield return new(path, number, text);
        }
    }

    private static string? Next(LineReader lines, string path, long number, int maxLineLength)
    {
        try
        {
            return lines.Next();
        }
        catch (LineTooLongException)
        {
            throw new InvalidDataException(
                $"{path}, line {number}: longer than {maxLineLength} characters. Each line is one JSON object; set {nameof(JsonLinesOptions)}." +
                $"{nameof(JsonLinesOptions.MaxLineLength)} higher if it is meant to be so long.");
        }
        catch (DecoderFallbackException broken)
        {
            throw new InvalidDataException($"{path}, line {number} or soon after: bytes that are not UTF-8. Save the file as UTF-8.", broken);
        }
        catch (InvalidDataException broken)
        {
            throw new InvalidDataException($"{path}, line {number} or soon after: the gzip compression is broken; copy the file again.", broken);
        }
    }

    /// <summary>Compression is known by the file's first two bytes, whatever its name is.</summary>
    private static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        var magic = file.ReadByte() | (file.ReadByte() << 8);
        file.Position = 0;
        return magic == GzipMagic ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
