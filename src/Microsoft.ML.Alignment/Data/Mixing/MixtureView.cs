using Microsoft.ML.Alignment.Statistics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>Rows of several sets in fixed shares; nothing of them is in memory. Every pass has the same rows in the same order.</summary>
internal sealed class MixtureView : IDataView
{
    private readonly IReadOnlyList<WeightedSet> _sets;
    private readonly long[] _sizes;
    private readonly long[] _counts;
    private readonly int _seed;

    /// <exception cref="ArgumentException">The sets do not fit together, or one is empty.</exception>
    public MixtureView(IReadOnlyList<WeightedSet> sets, MixtureEpoch epoch, int seed)
    {
        (_sets, _seed) = (sets, seed);
        Schema = MixtureSchema.Of(sets);
        _sizes = [.. sets.Select(set => Count(set.Rows))];
        if (Array.IndexOf(_sizes, 0) is >= 0 and var empty)
            throw new ArgumentException($"Set {empty + 1} of the mixture has no row; leave it out.", nameof(sets));
        _counts = MixturePlan.Counts(_sizes, [.. sets.Select(set => set.Weight)], epoch);
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    /// <summary>Gets for each set the rows that it has and those that a pass takes.</summary>
    public IEnumerable<(long Size, long Taken)> Parts => _sizes.Zip(_counts);

    public long? GetRowCount() => _counts.Sum();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        HashSet<int> active = [.. columnsNeeded.Select(column => column.Index)];
        string[] names = [.. active.Select(index => Schema[index].Name)];
        SetCursor[] cursors = [.. _sets.Select((set, index) => new SetCursor(set.Rows, _sizes[index], _counts[index], SeedOf(index), names))];
        return new MixtureCursor(Schema, active, cursors, MixturePlan.Turns(_counts));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private ulong SeedOf(int set) => SplitMix64.Spread(((ulong)(uint)_seed << 32) | (uint)set);

    private static long Count(IDataView rows)
    {
        if (rows.GetRowCount() is { } known)
            return known;
        using var cursor = rows.GetRowCursor([]);
        var count = 0L;
        while (cursor.MoveNext())
            count++;
        return count;
    }
}
