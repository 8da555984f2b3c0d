using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Saves and loads a stage in ML.NET's model file.</summary>
internal static class SavedStages
{
    private const uint Version = 0x00010001;

    /// <summary>What ML.NET writes of a stage; never raised, <c>stage.json</c> has the version that counts.</summary>
    /// <param name="modelSignature">Eight characters.</param>
    /// <param name="loaderSignature">The name under which ML.NET finds the loader.</param>
    public static VersionInfo VersionInfo(string modelSignature, string loaderSignature) => new(
        modelSignature,
        verWrittenCur: Version,
        verReadableCur: Version,
        verWeCanReadBack: Version,
        // ML.NET itself writes full names, and then an assembly of another version cannot read the file.
        loaderAssemblyName: typeof(SavedStages).Assembly.GetName().Name!,
        loaderSignature: loaderSignature);

    public static void Save(IHost host, ModelSaveContext context, VersionInfo version, FittedStage stage)
    {
        host.CheckValue(context, nameof(context));
        host.Check(context.InRepository, "A language model can only be saved into a model file, not into a bare stream.");
        context.CheckAtModel();
        context.SetVersionInfo(version);
        using var held = stage.Share();
        var writer = ModelWriter.Of(context.Repository);
        var file = new SavedStage
        {
            Settings = held.Settings,
            Model = writer.Write(held.Model) with { History = held.Model.History },
            Reference = held.Reference is null ? null : writer.Write(held.Reference),
        };
        using (var entry = context.Repository.CreateEntry(context.Directory, SavedStage.Name))
            entry.Stream.Write(file.Write());
        SavedCosts.Save(context, held.Model.History);
    }

    /// <summary>Loads a stage.</summary>
    /// <exception cref="FormatException">
    /// A part is missing or damaged, or was written by a later version. ML.NET wraps it, twice a level; it is the innermost exception.
    /// </exception>
    public static FittedStage Load(IHost host, ModelLoadContext context, VersionInfo version)
    {
        host.CheckValue(context, nameof(context));
        context.CheckAtModel(version);
        host.CheckDecode(context.InRepository, "The model is not in a model file.");
        try
        {
            return Read(context);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or EndOfStreamException)
        {
            // No inner exception, so that GetBaseException gives the message that says what to do.
            throw new FormatException(e.Message);
        }
    }

    private static FittedStage Read(ModelLoadContext context)
    {
        var reader = ModelReader.Of(context.Repository);
        var file = SavedStage.Parse(Bytes(context), $"{context.Directory}/{SavedStage.Name}");
        var model = reader.Read(file.Model, SavedCosts.Load(context, file.Model.History ?? []));
        try
        {
            return new(file.Settings, model, file.Reference is null ? null : reader.Read(file.Reference, []));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What the file keeps of a stage beside its models.</summary>
    /// <exception cref="FormatException">It is not there.</exception>
    internal static byte[] Bytes(ModelLoadContext context)
    {
        using var entry = context.Repository.OpenEntryOrNull(context.Directory, SavedStage.Name)
            ?? throw new FormatException($"The model file has no '{context.Directory}/{SavedStage.Name}'; it is incomplete.");
        using var copy = new MemoryStream();
        entry.Stream.CopyTo(copy);
        return copy.ToArray();
    }
}
