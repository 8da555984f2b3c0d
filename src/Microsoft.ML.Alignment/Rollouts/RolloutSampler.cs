using System.Diagnostics;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Statistics;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Has the policy write completions. A completion is a function of the weights, the seed, the round and its place in it.</summary>
/// <param name="policy">The model that trains.</param>
/// <param name="prompts">What it answers.</param>
/// <param name="options">How.</param>
/// <param name="seed">The seed.</param>
internal sealed class RolloutSampler(LanguageModel policy, RolloutPrompts prompts, SamplingSettings options, int seed)
{
    /// <summary>Gets the tokens that were sampled so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>Gets the time that took.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Samples completions of prompts that lie evenly among all.</summary>
    /// <param name="count">Completions that are wanted; where there are fewer prompts, each has several, and there may be some more.</param>
    /// <param name="round">The round.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    public IReadOnlyList<SampledGroup> SampleSpread(int count, long round, CancellationToken cancellation)
    {
        var groups = Math.Min(count, prompts.Count);
        int[] indexes = [.. Enumerable.Range(0, groups).Select(at => (int)((long)at * prompts.Count / groups))];
        return Sample(indexes, (count + groups - 1) / groups, round, cancellation);
    }

    /// <summary>Samples completions of prompts.</summary>
    /// <param name="indexes">The prompts.</param>
    /// <param name="groupSize">Completions of each.</param>
    /// <param name="round">The round.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <param name="firstStream">Number of the random stream of the first completion; those of a round differ.</param>
    public SampledGroup[] Sample(int[] indexes, int groupSize, long round, CancellationToken cancellation, long firstStream = 0)
    {
        var watch = Stopwatch.StartNew();
        int[][] ids = [.. indexes.Select(index => prompts.Store.Read(index).Prompt)];
        var request = new DecodingRequest(
            [.. ids.SelectMany(prompt => Enumerable.Repeat(prompt, groupSize))], options.MaxNewTokens,
            new TokenSampler(new() { Temperature = options.Temperature }), row => new RandomStream(seed, round, firstStream + row));
        var written = Generator.Complete(policy, request, options.Precision, cancellation);
        Tokens += written.Sum(one => (long)one.Ids.Length);
        Elapsed += watch.Elapsed;
        return [.. indexes.Select((index, at) => new SampledGroup(
            index, ids[at], [.. written.Skip(at * groupSize).Take(groupSize).Select(one => new SampledRow(one.Ids, one.Ended))]))];
    }
}

/// <summary>How the policy samples.</summary>
/// <param name="MaxNewTokens">The most tokens of a completion.</param>
/// <param name="Temperature">What logits are divided by, in sampling and in training alike.</param>
/// <param name="Precision">Precision of the matrix products.</param>
internal sealed record SamplingSettings(int MaxNewTokens, double Temperature, Precision Precision);
