namespace Microsoft.ML.Alignment;

/// <summary>A reward function failed on a completion.</summary>
public sealed class RewardFailedException : Exception
{
    internal RewardFailedException(string reward, SampledCompletion completion, Exception cause)
        : this(reward, completion, cause.Message, cause)
    {
    }

    internal RewardFailedException(string reward, SampledCompletion completion, string what, Exception? cause = null)
        : base(
            $"The reward '{reward}' failed on the completion '{Short(completion.Completion)}' of the prompt '{Short(completion.Prompt)}': {what} " +
            $"Mend it, or set {nameof(FailedRewards)} to {nameof(FailedRewards.Skip)}.", cause) => Completion = completion;

    /// <summary>Gets the completion.</summary>
    public SampledCompletion Completion { get; }

    private static string Short(string text) => text.Length <= 80 ? text : text[..77] + "...";
}

/// <summary>What happens where a reward function throws, or gives a score that is not finite.</summary>
public enum FailedRewards
{
    /// <summary>The run stops with an error that names reward, prompt and completion.</summary>
    Throw,

    /// <summary>The completion is left out, as one without a score, and counted (<c>rewards/failed</c>).</summary>
    Skip,
}
