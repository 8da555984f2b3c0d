using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Evaluation;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment;

/// <summary>Measures what a language model thinks of given completions.</summary>
public static class LanguageModelEvaluation
{
    /// <summary>Gives the log-probability of each row's completion.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows with a text column of prompts and one of completions, in one of the forms that trainers read.</param>
    /// <param name="columns">Names of the columns and how prompts are read; null for <c>Prompt</c> and <c>Completion</c>.</param>
    /// <returns>One a row, in the order of the rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text.</exception>
    /// <exception cref="InvalidDataException">A row cannot be scored, or there is none.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static IReadOnlyList<CompletionLogProb> ScoreCompletions(this LanguageModel model, IDataView rows, EvaluationColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var held = model.Share();
        using var examples = EvaluationRows.Read(held, rows, columns ?? new());
        return examples.Map(batch => LogProbs(held, batch));
    }

    /// <summary>Measures how well a model's log-probabilities tell the chosen completions of pairs from the rejected ones.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">Rows with text columns of prompts, better and worse completions, in one of the forms that trainers read.</param>
    /// <param name="columns">
    /// Names of the columns and how prompts are read; null for <c>Prompt</c>, <c>Chosen</c> and <c>Rejected</c>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text.</exception>
    /// <exception cref="InvalidDataException">A row cannot be scored, or there is none.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static LogProbPreferenceMetrics EvaluatePreferences(this LanguageModel model, IDataView pairs, PreferenceColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        columns ??= new();
        using var held = model.Share();
        using var examples = EvaluationRows.Read(
            held, pairs, new(columns.PromptColumnName, [columns.ChosenColumnName, columns.RejectedColumnName], []), columns.PromptFormat);
        var scores = examples.Map(batch =>
        {
            var sequences = LogProbs(held, batch).ToArray(); // chosen of all rows, then rejected
            return sequences[..(sequences.Length / 2)].Zip(sequences[(sequences.Length / 2)..]);
        });
        return new(Compare(logProb => logProb.Sum), Compare(logProb => logProb.Mean));

        PreferenceMetrics Compare(Func<CompletionLogProb, double> score) =>
            new([.. scores.Select(pair => score(pair.First))], [.. scores.Select(pair => score(pair.Second))]);
    }

    /// <summary>
    /// Measures how far a policy is from a reference on each row's completion: the sum over its tokens of KL(policy ‖ reference) of the
    /// distributions of the next token, in nats. On completions that the policy wrote this estimates the divergence of the two.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="reference">The reference; it has the vocabulary of the policy.</param>
    /// <param name="rows">Rows with a text column of prompts and one of completions.</param>
    /// <param name="columns">Names of the columns and how prompts are read; null for <c>Prompt</c> and <c>Completion</c>.</param>
    /// <returns>One a row, in the order of the rows; 0 or more but for rounding.</returns>
    /// <exception cref="ArgumentException">The models have different vocabularies.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text.</exception>
    /// <exception cref="InvalidDataException">A row cannot be scored, or there is none.</exception>
    /// <exception cref="ObjectDisposedException">A model was disposed.</exception>
    public static IReadOnlyList<double> KlDivergence(
        this LanguageModel policy, LanguageModel reference, IDataView rows, EvaluationColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(reference);
        using var heldPolicy = policy.Share();
        using var heldReference = reference.Share();
        var (size, referenceSize) = (heldPolicy.Config.VocabularySize, heldReference.Config.VocabularySize);
        if (size != referenceSize)
            throw new ArgumentException(
                $"The reference has a vocabulary of {referenceSize}, the policy one of {size}; they must be equal.", nameof(reference));
        using var examples = EvaluationRows.Read(heldPolicy, rows, columns ?? new());
        return examples.Map(batch => TokenDivergence.Sum(heldPolicy, heldReference, batch));
    }

    private static IEnumerable<CompletionLogProb> LogProbs(LanguageModel model, TokenBatch batch)
    {
        var logProbs = model.LogProbs(batch.Rows, batch.Targets, new ForwardOptions());
        return logProbs.Sum.cpu().data<float>().Zip(batch.Targets.TokenCounts, (sum, count) => new CompletionLogProb(sum, count));
    }
}
