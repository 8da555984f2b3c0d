using System.IO.Compression;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// Checks a model file before anything in it is believed: no entry grows out of proportion when it is expanded, and all that has no
/// SHA-256 of its own has the CRC-32 that the zip gives it, which .NET does not look at.
/// </summary>
internal static class ZipContents
{
    private const long MaxFreeLength = 64L << 20;
    private const long MaxGrowth = 100;

    /// <summary>Checks all entries; those whose names are their hashes are only measured.</summary>
    /// <exception cref="FormatException">An entry is damaged, or expands to more than a model's does.</exception>
    public static void Check(ZipArchive archive)
    {
        foreach (var entry in archive.Entries)
            RequireLength(entry);
        foreach (var entry in archive.Entries.Where(entry => !IsHashed(entry)))
            RequireChecksum(entry);
    }

    private static bool IsHashed(ZipArchiveEntry entry) =>
        entry.FullName.StartsWith(ModelWriter.WeightsFolder + '/', StringComparison.Ordinal)
        || entry.FullName.StartsWith(ModelWriter.FilesFolder + '/', StringComparison.Ordinal);

    private static void RequireLength(ZipArchiveEntry entry)
    {
        var allowed = MaxFreeLength + (Int128)MaxGrowth * entry.CompressedLength;
        if (entry.Length < 0 || entry.Length > allowed)
            throw new FormatException(
                $"'{entry.FullName}' of the model file takes {entry.CompressedLength} bytes and claims to expand to {entry.Length}; allowed are " +
                $"{MaxGrowth} times its bytes and {MaxFreeLength >> 20} MiB, as weights and texts do not compress better. The file is damaged " +
                "or no saved pipeline.");
    }

    private static void RequireChecksum(ZipArchiveEntry entry)
    {
        try
        {
            using var stream = entry.Open();
            if (Crc32.Of(stream) is var found && found != entry.Crc32)
                throw new InvalidDataException($"its CRC-32 is {found:x8}, it was written with {entry.Crc32:x8}.");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new FormatException($"'{entry.FullName}' of the model file is damaged: {e.Message} Copy or save the file again.", e);
        }
    }
}
