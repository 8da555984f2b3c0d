namespace Microsoft.ML.Alignment.Training;

/// <summary>
/// The processes, or ranks, that train one model together, each on its share of every optimizer step. All of them make the same calls in
/// the same order.
/// </summary>
internal interface ICollective
{
    /// <summary>Gets this rank, from 0.</summary>
    int Rank { get; }

    /// <summary>Gets the number of ranks, at least 1.</summary>
    int Size { get; }

    /// <summary>The sum of all ranks' tensors of one shape, without gradient, in the caller's dispose scope.</summary>
    Tensor Sum(Tensor own);

    /// <summary>The sums of all ranks' numbers.</summary>
    double[] Sum(double[] own);

    /// <summary>Every rank's tensor, in the order of the ranks, without gradient, in the caller's dispose scope. Lengths may differ.</summary>
    IReadOnlyList<Tensor> Gather(Tensor own);
}

/// <summary>One process that trains alone.</summary>
internal sealed class Alone : ICollective
{
    private Alone()
    {
    }

    /// <summary>Gets the only instance.</summary>
    public static ICollective Instance { get; } = new Alone();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public Tensor Sum(Tensor own) => own;

    /// <inheritdoc/>
    public double[] Sum(double[] own) => own;

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Gather(Tensor own) => [own];
}
