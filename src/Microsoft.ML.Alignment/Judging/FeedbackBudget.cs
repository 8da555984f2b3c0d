namespace Microsoft.ML.Alignment.Judging;

/// <summary>Counts what was used, and says when it is enough.</summary>
internal sealed class FeedbackBudget(FeedbackLimits limits, string? journalPath)
{
    private readonly Lock _lock = new();
    private FeedbackUsage _usage;

    public FeedbackUsage Usage
    {
        get
        {
            lock (_lock)
                return _usage;
        }
    }

    public void Add(FeedbackUsage usage)
    {
        lock (_lock)
            _usage += usage;
    }

    /// <exception cref="FeedbackBudgetException">There is no room for another request.</exception>
    public void RequireRoom()
    {
        var usage = Usage;
        if (usage.InputTokens + usage.OutputTokens >= limits.MaxTokens)
            throw Exhausted(usage, $"{usage.InputTokens + usage.OutputTokens:N0} tokens are used of {limits.MaxTokens:N0}", nameof(limits.MaxTokens));
        if (limits.CostOf(usage) >= limits.MaxCost)
            throw Exhausted(usage, $"{limits.CostOf(usage):0.####} is spent of {limits.MaxCost:0.####}", nameof(limits.MaxCost));
    }

    private FeedbackBudgetException Exhausted(FeedbackUsage usage, string what, string option) => new(
        $"The budget is used up: {what}, after {usage.Calls:N0} answers. " + (journalPath is null
            ? $"Raise {option} to go on; without a journal it begins anew."
            : $"What was answered is in '{journalPath}'; raise {option} to go on from there."), usage);
}
