using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>What a pretrained model consists of, whatever it was stored as.</summary>
/// <param name="Files">The small files.</param>
/// <param name="Weights">The weights, under Hugging Face's names; their files are open until a model that has them is disposed.</param>
internal sealed record PretrainedFiles(ModelFiles Files, IReadOnlyCollection<StoredTensor> Weights);
