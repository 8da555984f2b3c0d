namespace Microsoft.ML.Alignment;

/// <summary>What happens to rows of training data that cannot be used.</summary>
public enum InvalidRows
{
    /// <summary>The first one stops the run with an error that names row and column.</summary>
    Throw,
    /// <summary>They are left out and counted by reason.</summary>
    Skip,
}
