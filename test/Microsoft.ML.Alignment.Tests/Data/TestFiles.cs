using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

/// <summary>A folder of files that a test writes and that vanishes with it.</summary>
internal sealed class TestFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("alignment-tests-");

    public string Folder => _folder.FullName;

    public string Write(string text, string name = "rows.jsonl")
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
        return path;
    }

    public string WriteGzip(string text, string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

internal static class DataViewExtensions
{
    public static AlignmentDataCatalog Catalog() => new((Runtime.IHostEnvironment)new MLContext(seed: 1));

    public static string[] Texts(this IDataView view, string column) => [.. view.GetColumn<string>(column)];

    public static string[] Names(this IDataView view) => [.. view.Schema.Select(c => c.Name)];
}
