namespace Microsoft.ML.Alignment;

/// <summary>What becomes of a row whose completions a judge finds equally good.</summary>
public enum TieHandling
{
    /// <summary>It is left out.</summary>
    Drop,
    /// <summary>The first one is chosen, with a probability of 0.5; for methods that are told <c>ChosenProbability</c>.</summary>
    Soft,
    /// <summary>It keeps its own chosen and rejected completions; empty ones where it has none.</summary>
    Keep,
}
