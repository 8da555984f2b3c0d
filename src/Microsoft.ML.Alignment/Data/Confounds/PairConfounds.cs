namespace Microsoft.ML.Alignment.Data.Confounds;

/// <summary>Looks for confounds in the pairs of a view, read once.</summary>
internal static class PairConfounds
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is no text.</exception>
    public static IReadOnlyList<Confound> Find(IDataView pairs, ConfoundOptions options)
    {
        var tally = new FeatureTally();
        HashSet<ulong> seen = [];
        using var rows = new ExampleRows(pairs, new(options.ChosenColumnName, [options.RejectedColumnName], []));
        var readChosen = CompletionText.Reader(pairs.Schema, options.ChosenColumnName);
        var readRejected = CompletionText.Reader(pairs.Schema, options.RejectedColumnName);
        while (rows.MoveNext())
        {
            var (chosen, rejected) = (readChosen(rows.Prompt()), readRejected(rows.Completion(0)));
            if (chosen.Length > 0 && rejected.Length > 0 && seen.Add(TextHash.Of($"{chosen}\0{rejected}")))
                tally.Add(chosen, rejected);
        }

        return ConfoundCheck.Find(tally, options);
    }
}
