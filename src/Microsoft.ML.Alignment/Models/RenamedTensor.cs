namespace Microsoft.ML.Alignment.Models;

/// <summary>A stored tensor under another name.</summary>
internal sealed class RenamedTensor(StoredTensor stored, string name) : StoredTensor(name, stored.Encoding, stored.Shape)
{
    /// <inheritdoc/>
    public override long ByteLength => stored.ByteLength;

    /// <inheritdoc/>
    public override IDisposable? Storage => stored.Storage;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination) => stored.Read(offset, destination);
}
