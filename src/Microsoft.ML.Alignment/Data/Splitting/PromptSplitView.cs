using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Splitting;

/// <summary>The rows of a view whose prompts are, or are not, among those of the test set.</summary>
internal sealed class PromptSplitView(IDataView source, PromptGroups groups, HashSet<ulong> test, bool isTest, long rows) : IDataView
{
    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        var input = source.GetRowCursor([.. needed.Append(groups.Column).DistinctBy(column => column.Index)], rand);
        return new Cursor(input, [.. needed.Select(column => column.Index)], groups, group => test.Contains(group) == isTest);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, HashSet<int> active, PromptGroups groups, Predicate<ulong> isWanted)
        : DataViewRowCursor
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _prompt = input.GetGetter<ReadOnlyMemory<char>>(groups.Column);
        private long _position = -1;

        public override DataViewSchema Schema => input.Schema;

        public override long Position => _position;

        public override long Batch => input.Batch;

        public override bool MoveNext()
        {
            ReadOnlyMemory<char> text = default;
            while (input.MoveNext())
            {
                _prompt(ref text);
                if (!isWanted(groups.Of(text)))
                    continue;
                _position++;
                return true;
            }

            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => IsColumnActive(column)
            ? input.GetGetter<TValue>(column)
            : throw CursorErrors.NotActive(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}
