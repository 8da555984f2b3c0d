namespace Microsoft.ML.Alignment.Judging;

/// <summary>One request failed for good; whoever asked abstains.</summary>
internal sealed class RequestFailedException(Exception cause)
    : InvalidOperationException($"The request failed: {cause.Message}", cause);
