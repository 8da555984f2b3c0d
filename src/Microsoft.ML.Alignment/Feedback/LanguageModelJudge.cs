using System.Globalization;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Judges with a language model in memory: how probable the answers A and B are is the label, so that a judge in doubt says so (Bai et al., 2022,
/// arXiv:2212.08073, §4.1; Lee et al., 2023, arXiv:2309.00267).
/// </summary>
/// <remarks>
/// Each question is asked in both orders, and with each of its principles; log-odds are averaged. " A" and "A" count together. The model is a frozen
/// snapshot: the judge holds a share of it, whatever is trained later.
/// </remarks>
public sealed class LanguageModelJudge : IPreferenceJudge, IDisposable
{
    private readonly LanguageModel _model;
    private readonly PromptEncoder _encoder;
    private readonly LanguageModelJudgeOptions _options;
    private readonly (int[][] A, int[][] B) _letters;
    private readonly Lock _turn = new();

    /// <summary>Makes a judge.</summary>
    /// <param name="model">The model; the judge holds a share of it.</param>
    /// <param name="options">By what it judges; null for the defaults.</param>
    public LanguageModelJudge(LanguageModel model, LanguageModelJudgeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new();
        _letters = (Tokens(model, "A"), Tokens(model, "B"));
        _encoder = ScoringModel.Encoder(model, model.ChatTemplate is null ? PromptFormat.Text : PromptFormat.UserTurn);
        var settings = RequestKey.Hash(AlignmentOptions.ToJson(_options with { Constitution = null }))[..12];
        Identity = $"model|{Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source))}|{ContentHash.Of(model)[..12]}|{settings}|"
            + (_options.Constitution?.Hash[..12] ?? "no constitution");
        _model = model.Share();
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public Task<PreferenceVerdict> CompareAsync(PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(session);
        var key = string.Join('\u001f', Identity, question.Prompt, question.First, question.Second);
        return session.RememberAsync(key, token => Task.Run(() => Judge(question, RequestKey.Hash(key), token), token), cancellationToken);
    }

    /// <summary>Lets go of the model.</summary>
    public void Dispose() => _model.Dispose();

    private PreferenceVerdict Judge(PreferenceQuestion question, string key, CancellationToken cancellation)
    {
        Principle?[] principles = _options.Constitution is { } constitution ? [.. constitution.Draw(key, _options.PrinciplesPerQuestion)] : [null];
        var asked = (from principle in principles from swapped in new[] { false, true } select (principle, swapped)).ToArray();
        int[][] prompts = [.. asked.Select(one => _encoder.EncodePrompt(Text(one.swapped ? question.Swap() : question, one.principle)))];
        if (prompts.Max(ids => ids.Length) is var longest && longest >= _model.Config.MaxPositions)
            return PreferenceVerdict.Abstain($"The question has {longest} tokens, and the model was made for {_model.Config.MaxPositions}.");
        double[] odds = [.. LogOdds(prompts, cancellation).Zip(asked, (value, one) => one.swapped ? -value : value)];
        return new()
        {
            FirstProbability = Math.Clamp(1 / (1 + Math.Exp(-odds.Average())), _options.Clamp, 1 - _options.Clamp),
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(_model.Source)),
            Answers = [.. asked.Zip(odds, (one, value) => new JudgeAnswer(
                one.principle?.Id, one.swapped, 0, PreferenceOf(value), string.Create(CultureInfo.InvariantCulture, $"log-odds {value:0.000}")))],
            Usage = new(prompts.Length, prompts.Sum(ids => (long)ids.Length), 0),
        };
    }

    private string Text(PreferenceQuestion question, Principle? principle) =>
        JudgePrompt.Letter(question, principle) + (_encoder.Format == PromptFormat.Text ? "\n\nAnswer:" : "");

    // One pass at a time: a question more in memory would make none of them faster.
    private double[] LogOdds(int[][] prompts, CancellationToken cancellation)
    {
        lock (_turn)
        {
            return Array.ConvertAll(prompts, prompt =>
            {
                cancellation.ThrowIfCancellationRequested();
                return LogOdds(prompt);
            });
        }
    }

    private double LogOdds(int[] prompt)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var batch = Collator.Pack([new(prompt, [.. _letters.A, .. _letters.B], [])], endRows: false);
        var logProbs = _model.LogProbs(batch.Rows, batch.Targets, new ForwardOptions()).Sum.cpu().data<float>().ToArray();
        return LogSum(logProbs[.._letters.A.Length]) - LogSum(logProbs[_letters.A.Length..]);
    }

    private static double LogSum(float[] logProbs)
    {
        var most = logProbs.Max();
        return most + Math.Log(logProbs.Sum(value => Math.Exp(value - most)));
    }

    private static PreferenceOutcome PreferenceOf(double odds) =>
        odds > 0 ? PreferenceOutcome.First : odds < 0 ? PreferenceOutcome.Second : PreferenceOutcome.Tie;

    // The letter alone and with a space before it; where a tokenizer makes several tokens of one, their probability is the product.
    private static int[][] Tokens(LanguageModel model, string letter)
    {
        var (alone, spaced) = (model.Tokenizer.EncodeText(letter), model.Tokenizer.EncodeText(" " + letter));
        return alone.AsSpan().SequenceEqual(spaced) ? [alone] : [alone, spaced];
    }
}
