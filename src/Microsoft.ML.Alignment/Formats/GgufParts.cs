using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>A model in several GGUF files, <c>NAME-00001-of-0000N.gguf</c>, as one: the metadata of the first, the tensors of all.</summary>
internal sealed partial class GgufParts : IGgufContents, IDisposable
{
    private const string CountKey = "split.count";
    private const string TensorsKey = "split.tensors.count";
    private const string KeyPrefix = "split.";

    private readonly IReadOnlyList<GgufFile> _files;
    private readonly Dictionary<string, GgufFile> _fileOf = new(StringComparer.Ordinal);

    private GgufParts(IReadOnlyList<GgufFile> files)
    {
        _files = files;
        foreach (var file in files)
            foreach (var name in file.Names)
                if (!_fileOf.TryAdd(name, file))
                    throw new InvalidDataException(
                        $"'{file.Path}' holds tensor '{name}', which '{_fileOf[name].Path}' holds too; get the parts again.");
        Metadata = files[0].Metadata.Where(pair => !pair.Key.StartsWith(KeyPrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        if (files[0].Metadata.GetValueOrDefault(TensorsKey) is { } promised
            && Convert.ToInt64(promised, CultureInfo.InvariantCulture) != _fileOf.Count)
            throw new InvalidDataException(
                $"'{Path}' and its parts hold {_fileOf.Count} tensors; {TensorsKey} promises {promised}. Get the parts again.");
    }

    /// <inheritdoc/>
    public string Path => _files[0].Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Opens a file and, where it is one of several parts, the others.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, or a part is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the parts do not belong together.</exception>
    public static IGgufContents Open(string path)
    {
        var opened = new List<GgufFile> { GgufFile.Open(path) };
        try
        {
            var count = opened[0].Metadata.TryGetValue(CountKey, out var found) ? Convert.ToInt32(found, CultureInfo.InvariantCulture) : 1;
            if (count <= 1)
                return opened[0];
            if (PartName().Match(path) is not { Success: true } name || name.Groups["count"].Value != Number(count))
                throw new InvalidDataException(
                    $"'{path}' is one of {count} parts ({CountKey}), so that its name must end with -{Number(1)}-of-{Number(count)}.gguf; the " +
                    "others are found by it.");
            opened[0].Dispose();
            opened.Clear();
            for (var part = 1; part <= count; part++)
                opened.Add(OpenPart($"{path[..name.Index]}-{Number(part)}-of-{Number(count)}.gguf", path));
            return new GgufParts(opened);
        }
        catch
        {
            foreach (var file in opened)
                file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public StoredTensor Tensor(string name) => _fileOf[name].Tensor(name);

    /// <summary>Closes the files, whose tensors can then no longer be read.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private static GgufFile OpenPart(string part, string path) => File.Exists(part)
        ? GgufFile.Open(part)
        : throw new FileNotFoundException($"'{path}' is one of several parts, of which '{part}' is missing; put all of them into one folder.", part);

    private static string Number(int number) => number.ToString("00000", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-\d{5}-of-(?<count>\d{5})\.gguf$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PartName();
}
