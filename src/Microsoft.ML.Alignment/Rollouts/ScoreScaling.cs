using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Finds the scale of scores and keeps it.</summary>
/// <param name="kind">What they are measured in.</param>
/// <param name="most">The greatest magnitude that is left; null for no limit.</param>
internal sealed class ScoreScaling(ScoreNormalization kind, double? most)
{
    private const string State = "scoreScale";

    private Moments _seen;

    /// <summary>Gets scores as they are.</summary>
    public static ScoreScaling None => new(ScoreNormalization.None, most: null);

    /// <summary>Gets the completions of the policy that came in which are looked at before the first round.</summary>
    public int Samples { get; init; }

    /// <summary>Gets whether such completions are still to be looked at.</summary>
    public bool NeedsSamples => kind == ScoreNormalization.Incoming && First is null;

    /// <summary>Gets whether scores are measured in anything but their own units.</summary>
    public bool Measures => kind != ScoreNormalization.None;

    /// <summary>Gets the scale of the first round; null before it.</summary>
    public ScoreScale? First { get; private set; }

    /// <summary>Gets the scale as it is.</summary>
    public ScoreScale Current { get; private set; } = new(0, 1, most);

    /// <summary>Looks at the scores of completions of the policy that came in.</summary>
    /// <param name="scores">A score a completion; null where there is none.</param>
    /// <exception cref="InvalidOperationException">Fewer than two completions have a score.</exception>
    public void Measure(IEnumerable<double?> scores) => Begin(Moments.Of([.. scores.OfType<double>()], alone => alone));

    /// <summary>Looks at the scores of a round that begins.</summary>
    /// <param name="scores">A score a completion; null where there is none.</param>
    public void Observe(IEnumerable<double?> scores)
    {
        if (kind == ScoreNormalization.Running)
            Begin(_seen.And(Moments.Of([.. scores.OfType<double>()], alone => alone)));
        First ??= Current;
    }

    /// <summary>Writes down what rounds to come depend on.</summary>
    public void Save(IStateWriter writer) => writer.WriteValue(State, new Saved(_seen, First, Current));

    /// <summary>Takes that back.</summary>
    public void Restore(IStateReader reader) => (_seen, First, Current) = reader.ReadValue<Saved>(State);

    private void Begin(Moments seen)
    {
        if (seen.Count < 2)
            throw new InvalidOperationException(
                $"{nameof(ScoreNormalization)}.{kind} measures scores in their deviation, and {seen.Count} of the completions that were looked " +
                $"at have a score; let the rewards score more of them, or set it to {nameof(ScoreNormalization.None)}.");
        (_seen, Current) = (seen, ScoreScale.Of(seen, most));
        First ??= Current;
    }

    private sealed record Saved(Moments Seen, ScoreScale? First, ScoreScale Current);
}
