using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Scores one row at a time, for prediction engines and for the mappers of whole chains.</summary>
internal sealed class ScorerRowMapper(IExceptionContext context, BoundScorer binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.InputSchema;

    public DataViewSchema OutputSchema => binding.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.Dependencies(binding.Active(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        context.Check(input.Schema == binding.InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        return new ScoredRow(input, binding, binding.Active(activeColumns));
    }

    /// <summary>
    /// A prediction engine declares every output column active, whatever its class has. So only columns whose getters are
    /// really taken are computed, all of them in one pass a row.
    /// </summary>
    private sealed class ScoredRow(DataViewRow input, BoundScorer binding, bool[] active) : WrappingRow(input)
    {
        private readonly ScoreBatch _batch = new([], 1) { Count = 1 };
        private readonly Dictionary<string, ValueGetter<ReadOnlyMemory<char>>> _texts = [];
        private ScoringSession? _session;
        private long _position = -1;

        public override DataViewSchema Schema => binding.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new ArgumentOutOfRangeException(nameof(column), column.Name, "The requested column is not active.");
            if (binding.Computed(column.Index) is not { } computed)
                return Input.GetGetter<TValue>(binding.InputSchema[column.Index]);
            Take(computed);
            var value = ColumnBuffer.Typed<TValue>(ColumnBuffer.GetterOver(_batch, computed, () => 0), column);
            return (ref TValue destination) =>
            {
                Score();
                value(ref destination);
            };
        }

        protected override void DisposeCore(bool disposing)
        {
            if (disposing)
                _session?.Dispose();
        }

        private void Take(ScoreColumn column)
        {
            _session ??= binding.Scorer.Open();
            _batch.Add(column);
            foreach (var name in column.Inputs)
                _texts.TryAdd(name, Input.GetGetter<ReadOnlyMemory<char>>(binding.InputColumn(name)));
            _position = -1;
        }

        private void Score()
        {
            if (_position == Input.Position)
                return;
            foreach (var (name, get) in _texts)
                get(ref _batch.Input(name)[0]);
            _session!.Run(_batch);
            _position = Input.Position;
        }
    }
}
