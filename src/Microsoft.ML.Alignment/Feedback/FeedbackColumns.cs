using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Which columns a stage of feedback reads and writes.</summary>
/// <param name="Keys">The text columns that the work is a function of.</param>
/// <param name="Outputs">The columns that it writes, text, Single or Int64.</param>
internal sealed record FeedbackColumns(IReadOnlyList<string> Keys, IReadOnlyList<ScoreColumn> Outputs)
{
    /// <summary>Gets whether rows may be left out, or become several.</summary>
    public bool ChangesRows { get; init; }

    /// <summary>
    /// The columns as the batched view needs them: an output whose name the input has too falls back to the row's own text.
    /// </summary>
    /// <param name="has">Whether the input has a text column of this name. Keys that it lacks are empty.</param>
    public FeedbackColumns Bound(Func<string, bool> has)
    {
        string[] present = [.. Keys.Where(has)];
        return this with
        {
            Present = present,
            Outputs =
            [
                .. Outputs.Select(output => output with { Inputs = has(output.Name) ? [.. present.Append(output.Name).Distinct()] : present }),
            ],
        };
    }

    /// <summary>Gets the keys that the input has.</summary>
    public IReadOnlyList<string> Present { get; private init; } = Keys;
}
