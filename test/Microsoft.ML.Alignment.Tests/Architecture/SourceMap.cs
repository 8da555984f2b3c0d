using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>Reads from the symbols of the library in which file each type was written.</summary>
internal static class SourceMap
{
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>Reads the source file of each type, relative to the library's folder, by the row of its metadata token.</summary>
    /// <remarks>Types with code lie where their methods do; the compiler notes the file of those without.</remarks>
    public static IReadOnlyDictionary<int, string> Read(string assemblyPath)
    {
        using var pdb = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assemblyPath, ".pdb")));
        using var pe = new PEReader(File.OpenRead(assemblyPath));
        var (symbols, metadata) = (pdb.GetMetadataReader(), pe.GetMetadataReader());
        var sources = new Dictionary<int, string>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var document = DocumentOfMethods(symbols, metadata.GetTypeDefinition(handle)) ?? DocumentOfType(symbols, handle);
            if (document is { } found && RelativePath(symbols.GetString(symbols.GetDocument(found).Name)) is { } path)
                sources[MetadataTokens.GetRowNumber(handle)] = path;
        }

        return sources;
    }

    private static DocumentHandle? DocumentOfMethods(MetadataReader symbols, TypeDefinition type)
    {
        var documents = type.GetMethods().Select(method => symbols.GetMethodDebugInformation(method.ToDebugInformationHandle()).Document);
        return documents.Where(document => !document.IsNil).Select(document => (DocumentHandle?)document).FirstOrDefault();
    }

    private static DocumentHandle? DocumentOfType(MetadataReader symbols, TypeDefinitionHandle handle)
    {
        foreach (var information in symbols.GetCustomDebugInformation(handle).Select(symbols.GetCustomDebugInformation))
        {
            if (symbols.GetGuid(information.Kind) == TypeDefinitionDocuments)
                return MetadataTokens.DocumentHandle(symbols.GetBlobReader(information.Value).ReadCompressedInteger());
        }

        return null;
    }

    // Generated files (global usings, assembly attributes, regular expressions) have no folder of the library.
    private static string? RelativePath(string path)
    {
        const string Library = "/src/Microsoft.ML.Alignment/";
        var normal = path.Replace('\\', '/');
        var start = normal.LastIndexOf(Library, StringComparison.Ordinal);
        return start < 0 || normal.Contains("/obj/", StringComparison.Ordinal) ? null : normal[(start + Library.Length)..];
    }
}
