namespace Microsoft.ML.Alignment.Training;

/// <summary>What an evaluation found.</summary>
/// <param name="Step">Optimizer steps done; 0 before the first.</param>
/// <param name="Metrics">
/// Over the whole validation set, by TRL's names with their prefix <c>eval_</c>; none without a validation set.
/// </param>
/// <param name="Answers">What the model answers to the fixed prompts, in their order; none without such prompts.</param>
internal sealed record StageEvaluation(int Step, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<SampleAnswer> Answers)
{
    /// <summary>Gets whether no evaluation of the stage before had as low a loss; false without a validation set.</summary>
    public bool IsBest { get; init; }
}

/// <summary>A fixed prompt and its answer.</summary>
/// <param name="Prompt">The prompt, as the user gave it.</param>
/// <param name="Answer">What the model wrote.</param>
internal readonly record struct SampleAnswer(string Prompt, string Answer)
{
    /// <summary>Gets the length of the answer, end token included.</summary>
    public int Tokens { get; init; }

    /// <summary>Gets whether an end token came before the limit.</summary>
    public bool Ended { get; init; }
}
