namespace Microsoft.ML.Alignment;

/// <summary>What becomes of pairs of a judge that may like length.</summary>
public enum LengthHandling
{
    /// <summary>All pairs are as they were judged.</summary>
    AsJudged,
    /// <summary>
    /// As many pairs prefer the longer completion, in characters, as prefer the shorter one; where there are labels of people, the share that
    /// theirs have. Of the pairs that are too many the least certain are left out. Of a judge that looks at nothing but length no pair is left.
    /// </summary>
    Balanced,
}
