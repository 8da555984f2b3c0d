using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>
/// What the steps of an epoch hold. A trainer reports no counts of single steps, so the rows are read here as trainers read them.
/// </summary>
/// <param name="Steps">The steps of an epoch.</param>
/// <param name="Findings">What the reader said of the whole file: rows left out, prompts cut.</param>
internal sealed record StepCounts(IReadOnlyList<StepCount> Steps, IReadOnlyList<string> Findings)
{
    public static StepCounts Of(LanguageModel model, IDataView data, TrainingSetup setup, TrainingOptions training)
    {
        string[] completions = setup.Method == Method.Sft ? ["Chosen"] : ["Chosen", "Rejected"];
        var findings = new List<string>();
        var options = new ReadOptions(training.MaxLength, training.InvalidRows, findings.Add, CancellationToken.None)
        {
            BeginTokenId = model.Config.BosTokenId,
        };
        var encoder = ScoringModel.Encoder(model, PromptFormat.Messages);
        using var store = ExampleReader.Read(data, new("Prompt", completions, []), encoder, options);
        var plan = new BatchPlan(setup.BatchSize, setup.BatchSize, 0, training.Shuffle);
        var source = new DatasetSource<TokenBatch>(store, plan, rows => Collator.Pack(rows, endRows: setup.Method == Method.Reward));
        return new([.. source.Steps(0).Take(source.StepsPerEpoch).Select(StepCount.Of)], findings);
    }

    /// <summary>The sum over a run without its warm-up.</summary>
    /// <param name="steps">Steps of the run; where an epoch has fewer, the next epoch begins.</param>
    public StepCount Measured(int steps) =>
        Enumerable.Range(0, steps).Skip(Arguments.WarmupSteps).Select(step => Steps[step % Steps.Count]).Aggregate((a, b) => a + b);
}

/// <summary>What one step, or several, hold.</summary>
/// <param name="Rows">Rows (pairs) of data.</param>
/// <param name="Tokens">Tokens of prompts and completions, both sides of a pair, without padding.</param>
/// <param name="Computed">Tokens that pass through the model: what prompts have in common passes once.</param>
internal readonly record struct StepCount(int Rows, long Tokens, long Computed)
{
    public static StepCount operator +(StepCount a, StepCount b) => new(a.Rows + b.Rows, a.Tokens + b.Tokens, a.Computed + b.Computed);

    public static StepCount Of(IReadOnlyList<TokenBatch> batches) =>
        new(batches.Sum(batch => batch.ExampleCount), batches.Sum(batch => (long)batch.TokenCount), batches.Sum(batch => (long)batch.Rows.Ids.Length));
}
