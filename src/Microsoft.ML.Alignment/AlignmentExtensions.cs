using Microsoft.ML.Alignment;

namespace Microsoft.ML;

/// <summary>Adds alignment of language models to <see cref="MLContext"/>.</summary>
public static class AlignmentExtensions
{
    /// <summary>Opens the catalog of alignment.</summary>
    /// <param name="mlContext">The context; its seed and its log are used.</param>
    /// <param name="run">Progress and cancellation of what is trained; null is neither.</param>
    /// <exception cref="WorkspaceException">The run's workspace is not empty and the run does not resume, or it resumes without a workspace.</exception>
    public static AlignmentCatalog Alignment(this MLContext mlContext, AlignmentRun? run = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new(mlContext, run ?? new());
    }
}
