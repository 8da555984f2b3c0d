using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// A safetensors file: its header is checked when it is opened, its tensors are read when they are asked for. Thread-safe.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly FileBytes _file;
    private readonly IReadOnlyList<SafetensorsEntry> _entries;

    private SafetensorsFile(FileBytes file) => (_file, _entries) = (file, SafetensorsHeader.Read(file));

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is truncated, damaged or of another format.</exception>
    public static SafetensorsFile Open(string path) => FileBytes.Open(path, file => new SafetensorsFile(file));

    /// <summary>The weights of a file; it is open until whoever has them closes them (<see cref="StoredTensor.Close"/>).</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static IReadOnlyList<StoredTensor> TensorsOf(string path) => FileBytes.Open(path, file =>
    {
        var tensors = new SafetensorsFile(file).ReadTensors();
        using var unused = tensors.Count == 0 ? file : null;
        return tensors;
    });

    /// <summary>The weights: all tensors but boolean ones, which are attention masks of old checkpoints.</summary>
    /// <exception cref="InvalidDataException">A tensor of a type in which weights are not read.</exception>
    public IReadOnlyList<StoredTensor> ReadTensors() => [.. _entries.Where(e => e.Dtype != "BOOL").Select(ToTensor)];

    /// <summary>Closes the file, whose tensors can then no longer be read.</summary>
    public void Dispose() => _file.Dispose();

    private FileTensor ToTensor(SafetensorsEntry entry) => SafetensorsTypes.TryParse(entry.Dtype, out var encoding)
        ? new(_file, entry.Start, entry.Name, encoding, entry.Shape)
        : throw new InvalidDataException(
            $"'{_file.Path}' holds tensor '{entry.Name}' as {entry.Dtype}; weights are read in " +
            $"{string.Join(", ", SafetensorsTypes.All)}. Convert the file.");
}

/// <summary>The types in which weights lie in safetensors files.</summary>
internal static class SafetensorsTypes
{
    /// <summary>Encodings that the format has; their names are the format's.</summary>
    public static IReadOnlyList<TensorEncoding> All { get; } = [TensorEncoding.F32, TensorEncoding.F16, TensorEncoding.BF16];

    /// <summary>Finds the encoding of a type's name.</summary>
    public static bool TryParse(string dtype, out TensorEncoding encoding) => Enum.TryParse(dtype, out encoding) && All.Contains(encoding);
}
