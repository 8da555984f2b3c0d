using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Data;

/// <summary>
/// Tokenized examples in a temporary file of 32-bit numbers, with 12 bytes of index an example in memory. The file vanishes with the store.
/// Reading is safe from several threads.
/// </summary>
internal sealed class SpillFileStore : IExampleStore
{
    private readonly FileStream _file;
    private readonly long[] _offsets;
    private readonly int[] _tokenCounts;

    /// <param name="file">The file, which the store owns from now on.</param>
    /// <param name="offsets">
    /// Where each example's record starts and, last, where the file ends, in numbers. Shape <c>[Count + 1]</c>.
    /// </param>
    /// <param name="tokenCounts">Tokens of each example. Shape <c>[Count]</c>.</param>
    internal SpillFileStore(FileStream file, long[] offsets, int[] tokenCounts) =>
        (_file, _offsets, _tokenCounts) = (file, offsets, tokenCounts);

    public int Count => _tokenCounts.Length;

    public int TokenCount(int index) => _tokenCounts[index];

    public TokenizedExample Read(int index)
    {
        var record = new int[checked((int)(_offsets[index + 1] - _offsets[index]))];
        var bytes = MemoryMarshal.AsBytes(record.AsSpan());
        var at = _offsets[index] * sizeof(int);
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, bytes, at);
            if (read == 0)
                throw new EndOfStreamException($"The temporary file of tokens ends inside example {index}; something else has cut it.");
            at += read;
            bytes = bytes[read..];
        }

        return SpillRecord.Decode(record);
    }

    public void Dispose() => _file.Dispose();
}
