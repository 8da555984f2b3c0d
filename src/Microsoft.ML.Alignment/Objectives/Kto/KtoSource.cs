using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.References;

namespace Microsoft.ML.Alignment.Objectives.Kto;

/// <summary>Serves labelled completions, every one once an epoch, each prompt also beside the completion of another row.</summary>
/// <param name="store">The examples.</param>
/// <param name="plan">How they are dealt out.</param>
/// <param name="others">Puts prompts together with completions of other rows.</param>
/// <param name="reference">
/// Computes the scores of a reference that stands still, for several steps at once: the more rows a pass has, the less time a row takes, and
/// prompts are seen once for all completions. Null where the reference follows the policy.
/// </param>
internal sealed class KtoSource(IExampleStore store, BatchPlan plan, MismatchedCompletions others, IReferenceScores? reference)
    : IBatchSource<KtoBatch>
{
    /// <summary>Tokens from which on no further step is scored together.</summary>
    public const int TokensAtOnce = 4096;

    private readonly StepOrder _order = new(store.Count, plan);

    public int StepsPerEpoch => _order.StepsPerEpoch;

    // Windows begin with the epoch, so that a run that goes on from a checkpoint computes the same numbers.
    public IEnumerable<IReadOnlyList<KtoBatch>> Steps(long from)
    {
        for (var (epoch, skipped) = ((int)(from / StepsPerEpoch), (int)(from % StepsPerEpoch)); ; epoch++, skipped = 0)
            foreach (var window in Windows(epoch))
            {
                var wanted = window.Skip(skipped).ToList();
                skipped = Math.Max(0, skipped - window.Count);
                if (wanted.Count == 0)
                    continue;
                var scores = reference is null ? null : ScoresAhead.Of(window.SelectMany(step => step.InMicroBatches(plan)), reference);
                foreach (var step in wanted)
                    yield return step.Pack(plan, others.SharesPasses, scores);
            }
    }

    private IEnumerable<List<KtoRows>> Windows(int epoch)
    {
        var (window, tokens) = (new List<KtoRows>(), 0);
        foreach (var step in _order.Epoch(epoch))
        {
            window.Add(Read(step));
            tokens += window[^1].TokenCount;
            if (tokens < TokensAtOnce)
                continue;
            yield return window;
            (window, tokens) = ([], 0);
        }

        if (window.Count > 0)
            yield return window;
    }

    private KtoRows Read(StepRows step)
    {
        TokenizedExample[] own = [.. step.Rows.Select(store.Read)];
        return new(own, others.Of(own, () => Other(step.Before, step.Rows[0])));
    }

    private TokenizedExample Other(int index, int than) => index != than
        ? store.Read(index)
        : throw new InvalidDataException(
            "The data hold one row that can be used; two are needed, so that it can be seen beside another's completion.");
}
