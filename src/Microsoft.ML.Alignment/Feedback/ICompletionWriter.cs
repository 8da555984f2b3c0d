namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Writes completions of prompts.</summary>
internal interface ICompletionWriter : IDisposable
{
    /// <summary>Writes completions.</summary>
    /// <param name="task">The stage's work: journal, limits, and when to stop.</param>
    /// <param name="prompts">Different prompts, as the column has them.</param>
    /// <param name="count">Completions of each.</param>
    /// <returns>The completions of each prompt; empty text where whoever was asked has failed.</returns>
    Task<IReadOnlyList<IReadOnlyList<string>>> WriteAsync(FeedbackTask task, IReadOnlyList<string> prompts, int count);
}

/// <summary>How completions are written.</summary>
/// <param name="PromptColumn">The column of prompts.</param>
/// <param name="Format">How a model reads them.</param>
/// <param name="Generation">Length, temperature and seed.</param>
internal sealed record WritingSettings(string PromptColumn, PromptFormat Format, GenerationOptions Generation);
