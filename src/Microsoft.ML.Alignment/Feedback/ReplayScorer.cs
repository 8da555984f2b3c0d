using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Gives rows what the stage made of them while it was fitted. A row that it does not know passes, with its own values.</summary>
/// <param name="columns">What is read and written, bound to an input.</param>
/// <param name="rows">What was made.</param>
internal sealed class ReplayScorer(FeedbackColumns columns, FeedbackRows rows) : RowScorer
{
    public override IReadOnlyList<ScoreColumn> Outputs => columns.Outputs;

    public override IReadOnlyList<string> RowInputs => columns.ChangesRows ? columns.Present : [];

    public override ScoringSession Open() => new Session(columns, rows);

    private sealed class Session(FeedbackColumns columns, FeedbackRows rows) : ScoringSession
    {
        public override void Run(ScoreBatch batch)
        {
            var made = Enumerable.Range(0, batch.Count).Select(row => Find(batch, row)).ToArray();
            if (columns.ChangesRows && columns.Present.Count > 0)
                batch.Give([.. made.SelectMany((copies, row) => Enumerable.Repeat(row, copies.Count))]);
            object?[][] flat = [.. made.SelectMany(copies => copies)];
            for (var output = 0; output < columns.Outputs.Count; output++)
                if (batch.Wants(columns.Outputs[output].Name))
                    Fill(batch, columns.Outputs[output], [.. flat.Select(values => values[output])]);
        }

        public override void Dispose()
        {
        }

        private IReadOnlyList<object?[]> Find(ScoreBatch batch, int row) =>
            rows.TryFind([.. columns.Keys.Select(key => columns.Present.Contains(key) ? batch.Text(key, row) : "")], out var made)
                ? made
                : [new object?[columns.Outputs.Count]];

        private static void Fill(ScoreBatch batch, ScoreColumn column, object?[] values)
        {
            if (column.Type.RawType == typeof(float))
                batch.Set<float>(column.Name, [.. values.Select(value => value as float? ?? float.NaN)]);
            else if (column.Type.RawType == typeof(long))
                batch.Set<long>(column.Name, [.. values.Select(value => value as long? ?? 0)]);
            else
                batch.Set<ReadOnlyMemory<char>>(column.Name, [.. values.Select((value, row) => Text(batch, column, value, row))]);
        }

        private static ReadOnlyMemory<char> Text(ScoreBatch batch, ScoreColumn column, object? value, int row) => value switch
        {
            string text => text.AsMemory(),
            _ when column.Inputs.Contains(column.Name) => batch.Text(column.Name, batch.SourceOf(row)).AsMemory(),
            _ => ReadOnlyMemory<char>.Empty,
        };
    }
}
