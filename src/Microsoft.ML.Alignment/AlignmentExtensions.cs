using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML;

/// <summary>Adds alignment of language models to <see cref="MLContext"/>.</summary>
public static class AlignmentExtensions
{
    /// <summary>Opens the catalog of alignment.</summary>
    /// <param name="mlContext">The context; its seed and its log are used.</param>
    /// <param name="run">Progress and cancellation of what is trained; null is neither.</param>
    /// <exception cref="WorkspaceException">
    /// The run's workspace is not empty and the run does not resume, or it resumes without a workspace.
    /// </exception>
    public static AlignmentCatalog Alignment(this MLContext mlContext, AlignmentRun? run = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new(mlContext, run ?? new());
    }

    /// <summary>
    /// Saves a fitted pipeline as <c>Model.Save</c> does, but whole or not at all, and so that equal models give equal files, byte for
    /// byte: the times of the zip's entries, which ML.NET sets, are set to the earliest there is, and what the stages took is left out.
    /// </summary>
    /// <param name="catalog">The <c>Model</c> of the context.</param>
    /// <param name="model">The fitted pipeline.</param>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <param name="filePath">The file; one that is there is replaced.</param>
    public static void SaveReproducible(
        this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        AtomicFile.Write(filePath, file =>
        {
            SavedCosts.LeaveOutWhile(() => catalog.Save(model, inputSchema, file));
            ZipTimes.Clear(file);
        });
    }
}
