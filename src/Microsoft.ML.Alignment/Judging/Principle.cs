namespace Microsoft.ML.Alignment;

/// <summary>One rule of a <see cref="Constitution"/> (Bai et al., 2022, arXiv:2212.08073): how to criticise, revise and compare by it.</summary>
/// <param name="Id">Its name, unique in the constitution.</param>
/// <param name="Comparison">The question that a judge answers about two completions.</param>
/// <param name="Critique">The request for a critique of a completion.</param>
/// <param name="Revision">The request to rewrite a completion by its critique.</param>
public sealed record Principle(string Id, string Comparison, string Critique, string Revision)
{
    /// <summary>Gets how often it is taken, relative to the others. Above 0; the default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a finite number above 0.</exception>
    public double Weight { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets words to choose principles by. The default is none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
