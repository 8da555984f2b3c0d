using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// A view that scores rows in batches: its cursor looks ahead on one cursor of the source. Columns that nobody reads cost nothing.
/// </summary>
internal sealed class BatchedDataView(IHostEnvironment environment, IDataView source, BoundScorer binding) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => binding.OutputSchema;

    public long? GetRowCount() => binding.Scorer.ChangesRows ? null : source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = binding.Active(columnsNeeded);
        if (binding.PassesThrough(active))
            return new PassThroughCursor(environment, binding, source.GetRowCursor(binding.Dependencies(active), rand), active);
        // The session is opened first: where the transformer was disposed, no cursor of the source is left open.
        var session = binding.Scorer.Open();
        try
        {
            return Scoring(session, source.GetRowCursor(binding.Dependencies(active), rand), active);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>One cursor, which ML.NET allows: the model's matrix products are parallel themselves.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private BatchedCursor Scoring(ScoringSession session, DataViewRowCursor input, bool[] active)
    {
        try
        {
            return new(environment, binding, session, input, active);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    private sealed class PassThroughCursor(IChannelProvider provider, BoundScorer binding, DataViewRowCursor input, bool[] active)
        : SynchronizedCursorBase(provider, input)
    {
        public override DataViewSchema Schema => binding.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column is not active");
            return Input.GetGetter<TValue>(binding.InputSchema[column.Index]);
        }
    }
}
