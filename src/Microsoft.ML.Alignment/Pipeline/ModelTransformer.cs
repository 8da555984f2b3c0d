using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>A fitted stage that carries a model down the pipeline and scores rows with it.</summary>
/// <remarks>
/// The stage owns its models; dispose it, or the chain it is in, to free them. A <see cref="PredictionEngine{TSrc, TDst}"/> disposes its
/// transformer unless told otherwise (<c>OwnsTransformer</c>); models that other stages hold stay.
/// </remarks>
public abstract class ModelTransformer : AlignmentTransformer, IDisposable
{
    private protected ModelTransformer(IHost host, FittedStage stage)
        : base(host) => Stage = stage;

    /// <summary>Gets the model. It is borrowed: <see cref="LanguageModel.Share"/> gives one that outlives the transformer.</summary>
    public LanguageModel Model => Stage.Model;

    internal FittedStage Stage { get; }

    /// <summary>Lets go of the models. Views made before then can no longer be read; cursors that are open can.</summary>
    public void Dispose()
    {
        Stage.Dispose();
        GC.SuppressFinalize(this);
    }
}
