using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Evaluation;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment;

/// <summary>Compares what policies write.</summary>
public static class WinRateEvaluation
{
    /// <summary>
    /// Has two policies complete the same prompts and a judge tell which completion is better. Works while the policy trains too:
    /// <see cref="AlignmentRun.Measure"/>.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="opponent">Whom it is compared with.</param>
    /// <param name="judge">Tells which completion is better. Completions that are equal are a tie without being asked about.</param>
    /// <param name="prompts">Rows with a text column of prompts, texts or conversations; read once.</param>
    /// <param name="options">How they write; null for the defaults.</param>
    /// <param name="session">What the judge's requests go through; null for one of its own, without journal.</param>
    /// <param name="cancellationToken">Stops writing and asking.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or is not text.</exception>
    /// <exception cref="InvalidDataException">There is no prompt, or one cannot be read or leaves no position to write at.</exception>
    /// <exception cref="InvalidOperationException">A model is a reward model.</exception>
    /// <exception cref="FeedbackBudgetException">The session's budget is used up.</exception>
    /// <exception cref="FeedbackFailedException">Too many of the judge's requests in a row failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">A model was disposed.</exception>
    public static JudgedWinRate EvaluateWinRate(
        this LanguageModel policy, LanguageModel opponent, IPreferenceJudge judge, IDataView prompts, WinRateOptions? options = null,
        FeedbackSession? session = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(opponent);
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new();
        using var held = policy.Share();
        using var heldOpponent = opponent.Share();
        var read = PromptColumn.Read(prompts, options.PromptColumnName, options.PromptFormat);
        var completions = Write(held, read, options.Generation, cancellationToken);
        var opponents = Write(heldOpponent, read, options.Generation, cancellationToken);
        using var own = session is null ? new FeedbackSession() : null;
        var asking = new WinRateJudging(judge, session ?? own!, options.MaxConcurrency);

        // On a thread without a context, so that whoever waits here is not waited for.
        var compared = Task.Run(() => asking.CompareAsync(read.Shown, completions, opponents, cancellationToken), cancellationToken);
        return new(compared.GetAwaiter().GetResult());
    }

    private static IReadOnlyList<string> Write(LanguageModel model, PromptColumn prompts, GenerationOptions options, CancellationToken cancellation)
    {
        if (model.RewardHead is not null)
            throw new InvalidOperationException($"The model '{model.Source}' is a reward model, which writes nothing; compare policies.");
        var format = prompts.FormatFor(model);
        var encoder = new PromptEncoder(model.Tokenizer, model.ChatTemplate, format, model.Config.EosTokenIds);
        try
        {
            return new TextCompleter(model, encoder, options).Complete(prompts.Texts, cancellation);
        }
        catch (InvalidExampleException e)
        {
            throw new InvalidDataException($"A prompt cannot be completed by '{model.Source}': {e.Message}", e);
        }
    }
}
