namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>What a stage measured at one step.</summary>
/// <param name="Step">Optimizer steps done; 0 is before training.</param>
/// <param name="IsEvaluation">Whether the rows were those of the validation set, or of no set at all, instead of the step's own.</param>
/// <param name="Values">By TRL's names, without its prefix <c>eval_</c>.</param>
internal sealed record MetricsPoint(int Step, bool IsEvaluation, IReadOnlyDictionary<string, double> Values);
