namespace Microsoft.ML.Alignment;

/// <summary>A data set and its share of a mixture.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Weight">A finite number above 0; shares are weights divided by their sum.</param>
public sealed record WeightedSet(IDataView Rows, double Weight)
{
    /// <summary>Gets the rows.</summary>
    public IDataView Rows { get; } = Rows ?? throw new ArgumentNullException(nameof(Rows));

    /// <summary>Gets the weight.</summary>
    public double Weight { get; } = Require.Positive(Weight, nameof(Weight));
}

/// <summary>How many rows one pass over a mixture has.</summary>
public enum MixtureEpoch
{
    /// <summary>As many as the shares allow without a row that comes twice: the set that is smallest for its share comes whole.</summary>
    NoRowTwice,
    /// <summary>
    /// As few as the shares allow with each row at least once: the set that is largest for its share comes whole, others repeat.
    /// </summary>
    EveryRow,
}
