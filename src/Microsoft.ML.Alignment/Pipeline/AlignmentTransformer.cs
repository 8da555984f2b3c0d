using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>A fitted stage: it carries a model down the pipeline and scores rows with it, lazily and in batches.</summary>
/// <remarks>
/// A column that nobody reads runs no model. The stage owns its models; dispose it, or the chain it is in, to free them. A
/// <see cref="PredictionEngine{TSrc, TDst}"/> disposes its transformer unless told otherwise (<c>OwnsTransformer</c>); models that other
/// stages hold stay.
/// </remarks>
public abstract class AlignmentTransformer : ITransformer, IDisposable
{
    private protected AlignmentTransformer(IHost host, Stage stage) => (Host, Stage) = (host, stage);

    /// <summary>Gets the model. It is borrowed: <see cref="LanguageModel.Share"/> gives one that outlives the transformer.</summary>
    public LanguageModel Model => Stage.Model;

    bool ITransformer.IsRowToRowMapper => true;

    private protected IHost Host { get; }

    internal Stage Stage { get; }

    /// <summary>Gets the columns that come out for columns that go in.</summary>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prompt column is missing or is not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>Adds the columns; nothing is computed before they are read.</summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The prompt column is missing or is not text.</exception>
    public IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return new BatchedDataView(Host, input, Bind(input.Schema));
    }

    /// <summary>Lets go of the models. Views made before then can no longer be read; cursors that are open can.</summary>
    public void Dispose()
    {
        Stage.Dispose();
        GC.SuppressFinalize(this);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new KernelRowMapper(Host, Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => SaveModel(ctx);

    private protected abstract ScoringKernel CreateKernel(DataViewSchema input);

    private protected abstract void SaveModel(ModelSaveContext ctx);

    private KernelBinding Bind(DataViewSchema input)
    {
        Host.CheckValue(input, nameof(input));
        return new(Host, CreateKernel(input), input);
    }
}
