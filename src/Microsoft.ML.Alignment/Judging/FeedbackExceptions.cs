namespace Microsoft.ML.Alignment;

/// <summary>
/// The budget of <see cref="FeedbackLimits"/> is used up. What was answered is in the journal; with a larger budget it goes on there.
/// </summary>
public sealed class FeedbackBudgetException : InvalidOperationException
{
    internal FeedbackBudgetException(string message, FeedbackUsage usage)
        : base(message) => Usage = usage;

    /// <summary>Gets what was used.</summary>
    public FeedbackUsage Usage { get; }
}

/// <summary>A provider failed again and again. What was answered is in the journal.</summary>
public sealed class FeedbackFailedException : InvalidOperationException
{
    internal FeedbackFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>The person who judges has stopped. What was answered is in the journal; the next run goes on there.</summary>
public sealed class FeedbackStoppedException : OperationCanceledException
{
    internal FeedbackStoppedException(string message)
        : base(message)
    {
    }
}
