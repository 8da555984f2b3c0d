namespace Microsoft.ML.Alignment;

/// <summary>What the options of stages of feedback have that may ask clients.</summary>
public abstract record ClientStageOptions : FeedbackStageOptions
{
    private protected ClientStageOptions()
    {
    }

    /// <summary>Gets how fast, how often and for how much clients are asked.</summary>
    public FeedbackLimits Limits { get; init; } = new();

    internal sealed override FeedbackLimits RequestLimits => Limits;
}
