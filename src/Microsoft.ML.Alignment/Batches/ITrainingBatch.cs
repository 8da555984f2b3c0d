namespace Microsoft.ML.Alignment.Batches;

/// <summary>What the training loop must know of a micro-batch, whatever its method.</summary>
internal interface ITrainingBatch
{
    /// <summary>Gets the tokens that are trained on: prompt and completion of each sequence.</summary>
    int TokenCount { get; }
}
