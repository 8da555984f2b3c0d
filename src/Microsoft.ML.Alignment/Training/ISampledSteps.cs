namespace Microsoft.ML.Alignment.Training;

/// <summary>What a method that learns from what the policy writes tells of its optimizer steps.</summary>
internal interface ISampledSteps
{
    /// <summary>Gets the tokens that the policy wrote since the stage began or went on.</summary>
    long SampledTokens { get; }

    /// <summary>Gets the time that took.</summary>
    TimeSpan SamplingTime { get; }

    /// <summary>
    /// Gets the completions of the step that was taken last that people are shown; none where an earlier pass has shown them.
    /// </summary>
    IReadOnlyList<SampledText> Shown { get; }
}
