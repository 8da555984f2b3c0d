using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Token ids are equal where all of them are.</summary>
internal sealed class SequenceComparer : IEqualityComparer<int[]>
{
    private SequenceComparer()
    {
    }

    /// <summary>Gets the only instance.</summary>
    public static SequenceComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

    /// <inheritdoc/>
    public int GetHashCode(int[] ids)
    {
        var hash = default(HashCode);
        hash.AddBytes(MemoryMarshal.AsBytes(ids.AsSpan()));
        return hash.ToHashCode();
    }
}
