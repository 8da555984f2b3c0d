using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// Serves the steps of another source with the scores of a reference that stands still. They are computed for several steps at once, when
/// the first of these is trained on: the more rows a pass has, the less time a row takes, and prompts are seen once for all completions.
/// </summary>
/// <param name="source">The steps.</param>
/// <param name="reference">Computes the scores.</param>
internal sealed class ReferenceAhead(IBatchSource<TokenBatch> source, IReferenceScores reference) : IBatchSource<TokenBatch>
{
    /// <summary>Tokens from which on no further step is looked at.</summary>
    public const int TokensAtOnce = 4096;

    public int StepsPerEpoch => source.StepsPerEpoch;

    // Windows begin with the epoch, so that a run that goes on from a checkpoint computes the same numbers.
    public IEnumerable<IReadOnlyList<TokenBatch>> Steps(int epoch)
    {
        var (window, tokens) = (new List<IReadOnlyList<TokenBatch>>(), 0);
        foreach (var step in source.Steps(epoch))
        {
            window.Add(step);
            tokens += step.Sum(batch => batch.TokenCount + (batch.Mismatched?.TokenCount ?? 0));
            if (tokens < TokensAtOnce)
                continue;
            foreach (var scored in Scored(window))
                yield return scored;
            (window, tokens) = ([], 0);
        }

        foreach (var scored in Scored(window))
            yield return scored;
    }

    private IEnumerable<IReadOnlyList<TokenBatch>> Scored(List<IReadOnlyList<TokenBatch>> window)
    {
        var scores = new Lazy<Dictionary<TokenizedExample, float[]>>(() => Compute([.. window.SelectMany(step => step)]));
        TokenBatch With(TokenBatch batch) => batch.ReferenceScores is not null ? batch : batch with
        {
            ReferenceScores = new(() => [.. batch.Examples.Select(example => scores.Value[example])]),
        };

        return window.Select(step => step.Select(batch => With(batch with
        {
            Mismatched = batch.Mismatched is { } mismatched ? With(mismatched) : null,
        })).ToArray());
    }

    private Dictionary<TokenizedExample, float[]> Compute(TokenBatch[] batches)
    {
        var scores = new Dictionary<TokenizedExample, float[]>(ReferenceEqualityComparer.Instance);
        foreach (var alike in batches.SelectMany(Packs).GroupBy(pack => pack.Together.Completions.Length).Select(group => group.ToArray()))
            foreach (var pass in ScoringPasses.Of([.. alike.Select(pack => pack.Together.TokenCount)]))
                Compute([.. pass.Select(index => alike[index])], scores);
        return scores;
    }

    private void Compute(Pack[] packs, Dictionary<TokenizedExample, float[]> scores)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = reference.ReferenceScores(Collator.Pack([.. packs.Select(pack => pack.Together)], endRows: false)); // [K, B]
        var ofPacks = all.t().contiguous().cpu().data<float>().ToArray().Chunk((int)all.shape[0]);
        foreach (var (pack, values) in packs.Zip(ofPacks))
            foreach (var (example, own) in pack.Examples.Zip(values.Chunk(values.Length / pack.Examples.Length)))
                scores[example] = own;
    }

    /// <summary>The examples of a micro-batch that lack scores; what is seen of the same prompt goes together.</summary>
    private static IEnumerable<Pack> Packs(TokenBatch batch)
    {
        var own = batch.ReferenceScores is null ? batch.Examples : [];
        var mismatched = batch.Mismatched is { ReferenceScores: null } other ? other.Examples : [];
        if (own.Count != mismatched.Count)
            return own.Concat(mismatched).Select(Alone);
        return own.Zip(mismatched, (first, second) => first.Prompt.AsSpan().SequenceEqual(second.Prompt)
            ? [new Pack(first.And(second), [first, second])]
            : new[] { Alone(first), Alone(second) }).SelectMany(packs => packs);
    }

    private static Pack Alone(TokenizedExample example) => new(example, [example]);

    /// <summary>Examples of one prompt, as one.</summary>
    private readonly record struct Pack(TokenizedExample Together, TokenizedExample[] Examples);
}
