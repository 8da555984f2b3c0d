using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Three columns of a preference pair: a value for each side and their difference.</summary>
internal readonly record struct PairColumns(string Chosen, string Rejected, string Margin)
{
    /// <summary>Computes what the batch asks for; a side that nobody asks for is not scored.</summary>
    public void Run(ScoreBatch batch, TextColumns columns, CompletionScorer scorer, Func<TokenBatch, Tensor> score)
    {
        var wantsMargin = batch.Wants(Margin);
        var sides = new List<(string Column, string Output)>();
        if (wantsMargin || batch.Wants(Chosen))
            sides.Add((columns.Chosen, Chosen));
        if (wantsMargin || batch.Wants(Rejected))
            sides.Add((columns.Rejected, Rejected));
        if (sides.Count == 0)
            return;
        var values = scorer.Score(batch, columns.Prompt, [.. sides.Select(s => s.Column)], score);
        foreach (var (side, of) in sides.Zip(values))
            if (batch.Wants(side.Output))
                batch.Set(side.Output, of);
        if (wantsMargin)
            batch.Set<float>(Margin, [.. values[0].Zip(values[1], (chosen, rejected) => chosen - rejected)]);
    }
}
