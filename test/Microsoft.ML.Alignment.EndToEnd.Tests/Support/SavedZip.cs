using System.IO.Compression;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>What is in a saved pipeline.</summary>
internal static class SavedZip
{
    /// <summary>Name, length and SHA-256 of each entry, in the order of the file.</summary>
    public static string[] Entries(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return [.. zip.Entries.Select(entry =>
        {
            using var content = entry.Open();
            return $"{entry.FullName} {entry.Length} {Convert.ToHexStringLower(SHA256.HashData(content))}";
        })];
    }
}
