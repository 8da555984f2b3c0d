namespace Microsoft.ML.Alignment.Observing.Samples;

/// <summary>An answer to one of the fixed prompts, as it is kept.</summary>
/// <param name="Step">Optimizer steps done; 0 is before training.</param>
/// <param name="Prompt">The text of the prompt, as the user gave it.</param>
/// <param name="Answer">What the model wrote, without its end token.</param>
/// <param name="Tokens">Its length, end token included.</param>
/// <param name="Ended">Whether an end token came before the limit.</param>
internal sealed record KeptAnswer(int Step, string Prompt, string Answer, int Tokens, bool Ended)
{
    /// <summary>The file of a stage.</summary>
    public const string FileName = "samples.jsonl";
}
