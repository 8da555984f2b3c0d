using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>A scorer bound to a schema; what the batched view and the row mapper have in common.</summary>
internal sealed class BoundScorer
{
    private readonly Dictionary<string, int> _inputs = [];

    public BoundScorer(IExceptionContext context, RowScorer scorer, DataViewSchema input)
    {
        (Scorer, InputSchema) = (scorer, input);
        foreach (var name in scorer.Outputs.SelectMany(o => o.Inputs).Concat(scorer.RowInputs).Distinct())
        {
            var column = input.GetColumnOrNull(name) ?? throw context.ExceptSchemaMismatch("inputSchema", "input", name);
            if (column.Type is not TextDataViewType)
                throw context.ExceptSchemaMismatch("inputSchema", "input", name, "String", column.Type.ToString()!);
            _inputs[name] = column.Index;
        }

        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        for (var i = 0; i < scorer.Outputs.Count; i++)
            builder.AddColumn(scorer.Outputs[i].Name, scorer.Outputs[i].Type, i == 0 ? scorer.Annotations : null);
        OutputSchema = builder.ToSchema();
    }

    public RowScorer Scorer { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The scorer's column behind an output column; null if the column is passed through.</summary>
    public ScoreColumn? Computed(int outputColumn) =>
        outputColumn < InputSchema.Count ? null : Scorer.Outputs[outputColumn - InputSchema.Count];

    public DataViewSchema.Column InputColumn(string name) => InputSchema[_inputs[name]];

    /// <summary>By index in the output schema, which columns are asked for.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[OutputSchema.Count];
        foreach (var column in columns)
            active[column.Index] = true;
        return active;
    }

    /// <summary>Whether a cursor computes nothing and can hand rows through as they are.</summary>
    public bool PassesThrough(bool[] active) => !Scorer.ChangesRows && !ActiveComputed(active).Any();

    public IEnumerable<ScoreColumn> ActiveComputed(bool[] active) => Scorer.Outputs.Where((_, i) => active[InputSchema.Count + i]);

    /// <summary>The input columns that the active output columns need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(bool[] active)
    {
        var needed = active[..InputSchema.Count];
        foreach (var name in ActiveComputed(active).SelectMany(o => o.Inputs).Concat(Scorer.RowInputs))
            needed[_inputs[name]] = true;
        return InputSchema.Where(c => needed[c.Index]);
    }
}
