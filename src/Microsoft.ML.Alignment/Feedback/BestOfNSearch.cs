using System.Globalization;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Samples completions of the rows of a stage and keeps the best of each, some rows at once; what was kept is in the journal.</summary>
internal sealed class BestOfNSearch : IDisposable
{
    // Journaled together: the last bits of a product differ with the rows it is computed with, and a run that goes on must keep the same.
    private const int PromptsAtOnce = 16;
    private const int TokensAtOnce = 2048;

    private readonly FeedbackTask _task;
    private readonly BestOfNEstimator.Options _options;
    private readonly LanguageModel _policy;
    private readonly LanguageModel? _rewardModel;
    private readonly RolloutSampler _sampler;
    private readonly CompletionScores _scores;
    private readonly string _identity;

    /// <param name="task">The stage's rows, journal and models.</param>
    /// <param name="options">How to sample, and by which rewards.</param>
    /// <param name="seed">The context's seed.</param>
    public BestOfNSearch(FeedbackTask task, BestOfNEstimator.Options options, int seed)
    {
        (_task, _options) = (task, options);
        var incoming = AlignmentSchema.RequirePolicy(task.Schema, BestOfNEstimator.Name);
        var format = AlignmentSchema.ResolveFormat(options.PromptFormat, task.Schema, options.PromptColumnName, incoming);
        var encoder = ScoringModel.Encoder(incoming, format);
        var prompts = Prompts(encoder, incoming.Config.MaxPositions);
        _policy = incoming.Share();
        _rewardModel = options.Rewards.Count > 0 ? null : AlignmentSchema.Find(task.Schema, AlignmentSchema.RewardModelKind)!.Share();
        _sampler = new(_policy, prompts, new(options.MaxCompletionTokens, options.Temperature, Precision.Float32), seed);
        var plan = new BatchPlan(PromptsAtOnce, PromptsAtOnce, 0, Shuffle: false) { MicroBatchTokens = TokensAtOnce };
        IRewardFunction[] rewards = _rewardModel is { } model ? [new ModelReward(model, plan, Precision.Float32)] : [.. options.Rewards];
        var weights = options.RewardWeights ?? [.. rewards.Select(_ => 1d)];
        _scores = new(new(rewards, new(weights, normalizesEach: false), options.FailedRewards), prompts, encoder.DecodeCompletion);
        _identity = $"{ContentHash.Of(_policy)} {(_rewardModel is null ? "" : ContentHash.Of(_rewardModel))} {format} {seed} " +
            $"{AlignmentOptions.ToJson(options)} {string.Join(' ', rewards.Select(reward => reward.Name))}";
    }

    /// <summary>Does the work.</summary>
    public async Task<FeedbackRows> RunAsync()
    {
        var rows = new FeedbackRows();
        var kept = new List<Best>();
        _task.Progress.Expect(_task.Rows.Count);
        for (var first = 0; first < _task.Rows.Count; first += PromptsAtOnce)
        {
            int[] places = [.. Enumerable.Range(first, Math.Min(PromptsAtOnce, _task.Rows.Count - first))];
            var key = string.Join('\u001f', places.SelectMany(place => _task.Rows[place]).Prepend($"best of n from {first} {_identity}"));
            var found = await _task.Session
                .RememberAsync(key, token => Task.Run(() => Search(places, token), token), _task.Cancellation).ConfigureAwait(false);
            kept.AddRange(found);
            _task.Progress.Done(found.Length, found.Count(best => best.Text is null));
        }

        foreach (var (row, best) in _task.Rows.Zip(kept))
            rows.Add(row, best.Text is null ? [] : [[best.Text, (float)best.Score]]);
        Best[] with = [.. kept.Where(best => best.Text is not null)];
        _task.Log(string.Create(CultureInfo.InvariantCulture,
            $"{_options.Count} completions each, mean score {Mean(with, best => best.MeanScore):G4}, of the best " +
            $"{Mean(with, best => best.Score):G4}; {kept.Count - with.Length} prompts have none to keep"));
        return rows;
    }

    public void Dispose()
    {
        _policy.Dispose();
        _rewardModel?.Dispose();
    }

    private static double Mean(Best[] found, Func<Best, double> of) => found.Length == 0 ? 0 : found.Average(of);

    private Best[] Search(int[] places, CancellationToken cancellation)
    {
        var groups = _sampler.Sample(places, _options.Count, round: 0, cancellation, firstStream: (long)places[0] * _options.Count);
        _scores.Score(groups, cancellation);
        return [.. groups.Select(BestOf)];
    }

    private Best BestOf(SampledGroup group)
    {
        SampledRow[] scored = [.. group.Rows.Where(row => row.Score is not null)];
        var best = scored.Where(row => row.Ended || _options.KeepsTruncated).MaxBy(row => row.Score);
        return best is null ? new(null, 0, 0) : new(_scores.TextOf(best), best.Score!.Value, scored.Average(row => row.Score!.Value));
    }

    private RolloutPrompts Prompts(PromptEncoder encoder, int positions)
    {
        string[] columns = [.. _options.Rewards.SelectMany(reward => reward.ColumnNames).Prepend(_options.PromptColumnName).Distinct()];
        var named = new RewardColumns(columns);
        string[] texts = [.. _task.Rows.Select(row => row[0])];
        return new(
            new PromptStore([.. texts.Select(text => Encode(encoder, text, positions))]), texts,
            [.. _task.Rows.Select(row => new RewardRow(named, [.. row]))]);
    }

    private int[] Encode(PromptEncoder encoder, string prompt, int positions)
    {
        try
        {
            var ids = encoder.EncodePrompt(prompt);
            return ids.Length < positions ? ids : throw new InvalidExampleException(
                "prompt", "too long", $"it has {ids.Length} tokens, and the model was made for {positions}: nothing fits behind it. Shorten it.");
        }
        catch (InvalidExampleException e)
        {
            throw new InvalidDataException($"A row cannot be completed, column '{_options.PromptColumnName}': {e.Message}", e);
        }
    }

    /// <summary>What is kept of a row.</summary>
    /// <param name="Text">The best completion; null where there is none to keep.</param>
    /// <param name="Score">Its score.</param>
    /// <param name="MeanScore">The mean of all scores of the row.</param>
    internal sealed record Best(string? Text, double Score, double MeanScore);

    private sealed class PromptStore(int[][] prompts) : IExampleStore
    {
        public int Count => prompts.Length;

        public int TokenCount(int index) => prompts[index].Length;

        public TokenizedExample Read(int index) => new(prompts[index], [], []);

        public void Dispose()
        {
        }
    }
}
