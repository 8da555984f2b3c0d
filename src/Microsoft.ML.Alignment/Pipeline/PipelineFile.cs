using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Saves and loads fitted pipelines in ML.NET's format, but whole or not at all, and with errors that say what is wrong.</summary>
internal static class PipelineFile
{
    /// <summary>Saves a pipeline under a temporary name and renames it.</summary>
    public static void Save(ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string path) =>
        AtomicFile.Write(path, stream => catalog.Save(model, inputSchema, stream));

    /// <summary>Loads a pipeline from a file that is checked first.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no saved pipeline, or damaged, or of a later version.</exception>
    /// <exception cref="NotSupportedException">A model in it needs something that is not implemented.</exception>
    public static ITransformer Load(ModelOperationsCatalog catalog, string path, out DataViewSchema inputSchema)
    {
        RequireFile(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            using (var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true))
                ZipContents.Check(archive);
            stream.Position = 0;
            return catalog.Load(stream, out inputSchema);
        }
        catch (Exception e) when (Cause(e) is var cause and not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            var message = $"'{path}' cannot be loaded: {cause.Message}";
            throw cause is NotSupportedException ? new NotSupportedException(message, e) : new InvalidDataException(message, e);
        }
    }

    // ML.NET makes the loaders of a pipeline by reflection, one in another.
    private static Exception Cause(Exception error) =>
        error is TargetInvocationException or { InnerException: TargetInvocationException } ? Cause(error.InnerException!) : error;

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}' (looked for at '{Path.GetFullPath(path)}').", path);
        if (!PretrainedModel.IsZip(path))
            throw new InvalidDataException(
                $"'{path}' is no saved pipeline, which is a zip file. Give a file that Save wrote; pretrained models are loaded with LoadModel, " +
                "or begin a pipeline with BaseModel.");
    }
}
