using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>A fitted stage of a pipeline: it adds columns, lazily and in batches. A column that nobody reads costs nothing.</summary>
public abstract class AlignmentTransformer : ITransformer
{
    private protected AlignmentTransformer(IHost host) => Host = host;

    bool ITransformer.IsRowToRowMapper => true;

    private protected IHost Host { get; }

    /// <summary>Gets the columns that come out for columns that go in.</summary>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage needs is missing or is not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>Adds the columns; nothing is computed before they are read.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that the stage needs is missing or is not text.</exception>
    public IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return new BatchedDataView(Host, input, Bind(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return new ScorerRowMapper(Host, new(Host, CreateRowScorer(inputSchema), inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => SaveModel(ctx);

    private protected abstract RowScorer CreateScorer(DataViewSchema input);

    /// <summary>What single rows of a prediction engine go through; it gives one row for each.</summary>
    private protected virtual RowScorer CreateRowScorer(DataViewSchema input) => CreateScorer(input);

    private protected abstract void SaveModel(ModelSaveContext ctx);

    private BoundScorer Bind(DataViewSchema input)
    {
        Host.CheckValue(input, nameof(input));
        return new(Host, CreateScorer(input), input);
    }
}
