using Mono.Cecil;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>The library as the compiler made it: which type lies in which source folder, and what it uses.</summary>
internal sealed class CompiledLibrary : IDisposable
{
    /// <summary>The folder of files that lie at the library's root.</summary>
    public const string RootFolder = "";

    private readonly AssemblyDefinition _assembly;
    private readonly IReadOnlyDictionary<int, string> _sourceOfType;

    public CompiledLibrary()
    {
        var path = typeof(LanguageModel).Assembly.Location;
        _assembly = AssemblyDefinition.ReadAssembly(path);
        _sourceOfType = SourceMap.Read(path);
        Types = [.. _assembly.MainModule.Types.Where(type => _sourceOfType.ContainsKey(Row(type)))];
    }

    /// <summary>The types that are not nested and that somebody wrote.</summary>
    public IReadOnlyList<TypeDefinition> Types { get; }

    public void Dispose() => _assembly.Dispose();

    /// <summary>The source file of a type, relative to the library's folder.</summary>
    public string SourceOf(TypeDefinition type) => _sourceOfType[Row(type)];

    /// <summary>The first folder of the source file's path; empty for files at the root.</summary>
    public string FolderOf(TypeDefinition type) =>
        SourceOf(type).Split('/') is { Length: > 1 } parts ? parts[0] : RootFolder;

    /// <summary>The folder of the source file, sub-folders included, e.g. <c>Data/Mixing</c>.</summary>
    public string InnerFolderOf(TypeDefinition type) => string.Join('/', SourceOf(type).Split('/')[..^1]);

    /// <summary>The namespace of the folder, sub-folders included, that the source file of a type lies in.</summary>
    public string NamespaceOf(TypeDefinition type) => string.Join('.', SourceOf(type).Split('/')[..^1].Prepend("Microsoft.ML.Alignment"));

    /// <summary>The outermost types that a type, with what is nested in it, names in signatures, fields and method bodies.</summary>
    public static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        var found = new TypeUses();
        found.AddType(type);
        return found.Outermost;
    }

    /// <summary>The definition of a reference if it is one of <see cref="Types"/>.</summary>
    public TypeDefinition? Own(TypeReference reference) => Types.FirstOrDefault(type => type.FullName == reference.FullName);

    private static int Row(TypeDefinition type) => (int)type.MetadataToken.RID;
}
