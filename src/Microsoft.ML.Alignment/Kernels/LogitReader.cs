namespace Microsoft.ML.Alignment.Kernels;

/// <summary>What is read of rows of logits beside the log-probability of a label and whether that is on top.</summary>
[Flags]
internal enum LogitDetails
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The entropy of each row's distribution.</summary>
    Entropy = 1,

    /// <summary>log Σ_v p(v)² of each row.</summary>
    LogCollision = 2,
}

/// <summary>
/// Reads chunks of the logits of M rows, each row with one label. <see cref="LabelReader"/> does it in memory of the processor,
/// <see cref="PlainLabelReader"/> wherever the logits are. Results are the caller's.
/// </summary>
internal abstract class LogitReader
{
    /// <summary>Gets the log-probabilities of the labels, in nats. Shape <c>[M]</c>.</summary>
    public abstract Tensor LogProbs { get; }

    /// <summary>Gets whether no token is more probable than the label, bool. Shape <c>[M]</c>.</summary>
    public abstract Tensor IsTop { get; }

    /// <summary>Gets the entropies, in nats, where they were asked for. Shape <c>[M]</c>.</summary>
    public abstract Tensor Entropy { get; }

    /// <summary>Gets log Σ_v p(v)², in nats, where it was asked for. Shape <c>[M]</c>.</summary>
    public abstract Tensor LogCollision { get; }

    /// <summary>Makes the reader that serves rows of hidden states.</summary>
    /// <param name="hidden">Rows of the type and on the device of the logits.</param>
    /// <param name="labels">The label of each of M rows, on the same device.</param>
    /// <param name="details">What is read besides.</param>
    /// <param name="isPlain">Whether it is made of operations of libtorch alone.</param>
    public static LogitReader Of(Tensor hidden, Tensor labels, bool isPlain, LogitDetails details = LogitDetails.None) =>
        isPlain ? new PlainLabelReader(labels, hidden.dtype, details) : new LabelReader(labels, details);

    /// <summary>Reads rows.</summary>
    /// <param name="logits">Contiguous. Shape <c>[m, V]</c>.</param>
    /// <param name="start">The first row's place among the M.</param>
    /// <param name="keeps">Whether the rows must stay as they are; else they may be destroyed.</param>
    public abstract void Read(Tensor logits, long start, bool keeps = false);

    /// <summary>Reads rows and gives softmax − onehot(label), the gradient of −log-prob by the logits, in their place or beside it.</summary>
    /// <inheritdoc cref="Read" path="/param[@name='logits' or @name='start']"/>
    public abstract Tensor IntoGradient(Tensor logits, long start);

    /// <summary>
    /// Gives the gradient of Σ g log-prob + Σ e entropy by the logits, g (onehot(label) − p) − e p (log p + entropy), in the place of the
    /// logits or beside it.
    /// </summary>
    /// <param name="logits">Contiguous. Shape <c>[m, V]</c>.</param>
    /// <param name="start">The first row's place among the M.</param>
    /// <param name="gradients">g and e of all rows, float32. Shape <c>[2, M]</c>.</param>
    public abstract Tensor IntoGradient(Tensor logits, long start, Tensor gradients);
}
