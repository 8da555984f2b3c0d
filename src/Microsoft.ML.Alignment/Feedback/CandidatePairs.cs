namespace Microsoft.ML.Alignment;

/// <summary>Which pairs are made of more than two candidates.</summary>
public enum CandidatePairs
{
    /// <summary>
    /// One: the candidate that wins most against the others, and the one that wins least. Of k candidates all k (k − 1) / 2 pairs are
    /// judged.
    /// </summary>
    BestAndWorst,
    /// <summary>All of them: a row becomes k (k − 1) / 2 rows.</summary>
    All,
}
