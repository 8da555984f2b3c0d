using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Data.Records;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Judges with a reward model that was fitted before: completions get its rewards for scores, and of two the first is better with the
/// probability σ(r1 − r2) of the model's own loss (Bradley and Terry, 1952).
/// </summary>
public sealed class RewardModelJudge : IPreferenceJudge, ICompletionScorer, IDisposable
{
    private readonly LanguageModel _model;
    private readonly PromptEncoder _encoder;
    private readonly Lock _turn = new();

    /// <summary>Makes a judge.</summary>
    /// <param name="rewardModel">The fitted stage; the judge holds a share of its model.</param>
    /// <exception cref="ObjectDisposedException">The stage was disposed.</exception>
    public RewardModelJudge(RewardModelTransformer rewardModel)
    {
        ArgumentNullException.ThrowIfNull(rewardModel);
        _model = rewardModel.Model.Share();
        _encoder = ScoringModel.Encoder(_model, rewardModel.Stage.Settings.PromptFormat);
        Identity = $"reward model|{Path.GetFileName(Path.TrimEndingDirectorySeparator(_model.Source))}|{ContentHash.Of(_model)[..12]}";
    }

    /// <inheritdoc cref="IPreferenceJudge.Identity"/>
    public string Identity { get; }

    /// <inheritdoc/>
    public async Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        var (rewards, problem) = await Task.Run(() => Rewards(question.Prompt, question.First, question.Second), cancellationToken)
            .ConfigureAwait(false);
        return rewards is null
            ? PreferenceVerdict.Abstain(problem!)
            : new()
            {
                FirstProbability = 1 / (1 + Math.Exp(rewards[1] - rewards[0])),
                Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(_model.Source)),
            };
    }

    /// <inheritdoc/>
    public async Task<CompletionScore> ScoreAsync(
        string prompt, string completion, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        var (rewards, problem) = await Task.Run(() => Rewards(prompt, completion), cancellationToken).ConfigureAwait(false);
        return rewards is null ? new(null, problem!, default) : new(rewards[0], "", default);
    }

    /// <summary>Lets go of the model.</summary>
    public void Dispose() => _model.Dispose();

    private (float[]? Rewards, string? Problem) Rewards(string prompt, params string[] completions)
    {
        try
        {
            var shown = _encoder.Format == PromptFormat.Messages ? ChatMessages.ToJson([new(ChatRole.User, prompt)], nameof(prompt)) : prompt;
            var (promptIds, ids) = (_encoder.EncodePrompt(shown), completions.Select(text => _encoder.EncodeCompletion(shown, text)).ToArray());
            if (promptIds.Length + ids.Max(completion => completion.Length) is var length && length > _model.Config.MaxPositions)
                return (null, FormattableString.Invariant($"The row has {length} tokens, and the model was made for {_model.Config.MaxPositions}."));
            lock (_turn)
            {
                using var noGradients = no_grad();
                using var scope = NewDisposeScope();
                var batch = Collator.Pack([new TokenizedExample(promptIds, ids, [])]);
                return (_model.Rewards(batch.Rows, batch.Targets, new ForwardOptions()).cpu().data<float>().ToArray(), null);
            }
        }
        catch (InvalidExampleException e)
        {
            return (null, e.Message);
        }
    }
}
