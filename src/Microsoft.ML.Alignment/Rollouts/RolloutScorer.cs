using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Looks at sampled completions as training does: in the same passes, with the same kernels.</summary>
/// <param name="policy">The model that trains.</param>
/// <param name="reference">What it is compared with; null for nothing.</param>
/// <param name="critic">Says what is to come; null for none.</param>
/// <param name="sampling">Temperature and precision.</param>
internal sealed class RolloutScorer(LanguageModel policy, LanguageModel? reference, Critic? critic, SamplingSettings sampling)
{
    /// <summary>Gets what says what is to come; null for nothing.</summary>
    public Critic? Critic => critic;

    /// <summary>Reads all that is known of the tokens of a micro-batch.</summary>
    /// <param name="groups">The micro-batch.</param>
    /// <param name="ofPolicy">Whether log π_old is wanted.</param>
    public void Read(PackedGroups groups, bool ofPolicy)
    {
        // With gradients that nobody asks for: without them other kernels run, whose last bits differ.
        if (ofPolicy)
            groups.Split(LogProbs(policy, groups.Tokens), (row, own) => row.LogProbs = own);
        using var noGrad = no_grad();
        if (reference is not null)
            groups.Split(LogProbs(reference, groups.Tokens), (row, own) => row.ReferenceLogProbs = own);
        if (critic is not null)
            ReadValues(critic, groups);
    }

    /// <summary>Measures how far the policy is from its reference on the completions of a micro-batch; nothing without a reference.</summary>
    /// <param name="groups">The micro-batch.</param>
    /// <param name="give">Takes a completion and its log-ratio, in nats.</param>
    public void Measure(PackedGroups groups, Action<SampledRow, double> give)
    {
        if (reference is null)
            return;
        using var noGrad = no_grad();
        var (own, other) = (LogProbs(policy, groups.Tokens), LogProbs(reference, groups.Tokens));
        var differences = Array.ConvertAll(TokenRewards.Divergences(own, other), difference => (float)difference);
        groups.Split(differences, (row, tokens) => give(row, tokens.Sum(x => (double)x)));
    }

    /// <summary>Gives completions that no pass was spent on zeros, where others have numbers: they teach nothing.</summary>
    public static void FillUnread(IEnumerable<SampledRow> rows)
    {
        SampledRow[] all = [.. rows];
        var policyRead = Array.Exists(all, row => row.LogProbs is not null);
        var referenceRead = Array.Exists(all, row => row.ReferenceLogProbs is not null);
        foreach (var row in all)
        {
            if (policyRead)
                row.LogProbs ??= new float[row.Ids.Length];
            if (referenceRead)
                row.ReferenceLogProbs ??= new float[row.Ids.Length];
        }
    }

    private float[] LogProbs(LanguageModel model, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        var reading = model.Forward(batch.Rows, new(sampling.Precision)).At(batch.Targets, sampling.Temperature);
        return Numbers(reading.LogProbs().detach());
    }

    private void ReadValues(Critic from, PackedGroups groups)
    {
        using var scope = NewDisposeScope();
        var (tokens, ends) = from.Values(groups.Tokens.Rows, groups.Tokens.Targets, sampling.Precision);
        groups.Split(Numbers(tokens), (row, own) => row.Values = own);
        foreach (var (row, next) in groups.Rows.Zip(Numbers(ends)))
            row.NextValue = next;
    }

    private static float[] Numbers(Tensor values) => values.cpu().data<float>().ToArray();
}
