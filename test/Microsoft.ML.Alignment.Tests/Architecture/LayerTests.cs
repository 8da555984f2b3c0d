using Mono.Cecil;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>A folder of the library uses only folders in lower rows.</summary>
public sealed class LayerTests : IDisposable
{
    private const int BelowEverything = -1;
    private const int AboveEverything = 100;

    private static readonly string[][] Rows =
    [
        // Kernels call functions of the native library that TorchSharp does not offer.
        ["Native", "Arithmetic", "Statistics"],
        ["Losses", "Tokenization", "Judging", "Kernels"],
        ["Models", "Data"],
        ["Batches", "Generation", "Adapters"],
        ["Formats", "Serving"],
        ["Training"],
        ["Checkpoints", "Observing"],
        ["Rollouts"],
        ["References"],
        ["Objectives"],
        ["Pipeline", "Evaluation"],
        ["Trainers", "Feedback", "Hosting"],
    ];

    // Inside a folder: what lies in it (the folder's own name) and in its sub-folders, from the lowest row. A sub-folder is named here.
    private static readonly string[][][] InnerRows =
    [
        [["Data"], ["Data/Confounds", "Data/Conversions", "Data/Mixing", "Data/Splitting"], ["Data/Records", "Data/Summaries"], ["Data/Reading"], ["Data/Inspection"]],
        [["Objectives"], ["Objectives/Kto"]],
        [["Kernels"], ["Kernels/Quantization"]],
        [["Formats"], ["Formats/GgufExport"]],
        [["Observing/Metrics"], ["Observing/Health", "Observing/Samples"], ["Observing/Reports"], ["Observing/Recording"]],
        [["Tokenization/Jinja"], ["Tokenization"]],
        // The list of families stands beside what every family says of itself, so each knows the other.
        [["Models", "Models/Families"]],
    ];

    // The front door sees everything; what else lies at the root is for all.
    private static readonly string[] FrontDoor = ["AlignmentCatalog.cs", "AlignmentCatalog.Trainers.cs", "AlignmentDataCatalog.cs", "AlignmentExtensions.cs"];

    private readonly CompiledLibrary _library = new();

    public void Dispose() => _library.Dispose();

    [Fact]
    public void EveryTypeLiesInAKnownFolder()
    {
        _library.Types.Should().HaveCountGreaterThan(50, "the symbols tell where types lie");
        _library.Types.Select(_library.FolderOf).Distinct().Except(Rows.SelectMany(row => row)).Should().BeEquivalentTo([CompiledLibrary.RootFolder]);
    }

    [Fact]
    public void FoldersUseOnlyFoldersInLowerRows()
    {
        var violations =
            from type in _library.Types
            from used in CompiledLibrary.UsedBy(type).Select(_library.Own).OfType<TypeDefinition>()
            where _library.FolderOf(used) != _library.FolderOf(type) && RowOf(used) >= RowOf(type)
            select $"{_library.SourceOf(type)} uses {_library.SourceOf(used)}";
        violations.Distinct().Should().BeEmpty();
    }

    [Fact]
    public void SubFoldersUseOnlySubFoldersInLowerRows()
    {
        var violations =
            from type in _library.Types
            from used in CompiledLibrary.UsedBy(type).Select(_library.Own).OfType<TypeDefinition>()
            where _library.FolderOf(used) == _library.FolderOf(type) && !MayUse(_library.InnerFolderOf(type), _library.InnerFolderOf(used))
            select $"{_library.SourceOf(type)} uses {_library.SourceOf(used)}";
        violations.Distinct().Should().BeEmpty();
    }

    [Fact]
    public void EverySubFolderHasARow()
    {
        var inner = _library.Types.Select(_library.InnerFolderOf).Distinct().Where(folder => folder.Contains('/'));
        inner.Except(InnerRows.SelectMany(rows => rows).SelectMany(row => row)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Microsoft.ML.IDataView", "", "Trainers", "Feedback", "Pipeline", "Evaluation", "Data")]
    [InlineData("System.Net.Http.HttpClient", "Formats")]
    [InlineData("System.Net.Sockets.Socket")]
    public void SomeTypesAppearOnlyWhereTheyBelong(string name, params string[] folders)
    {
        var users = _library.Types.Where(type => CompiledLibrary.UsedBy(type).Any(used => used.FullName == name));
        users.Where(type => !folders.Contains(_library.FolderOf(type))).Select(_library.SourceOf).Should().BeEmpty();
    }

    [Fact]
    public void MachineryIsInTheNamespaceOfItsFolder()
    {
        var misplaced = _library.Types.Where(type => !type.IsPublic && _library.FolderOf(type) != CompiledLibrary.RootFolder)
            .Where(type => type.Namespace != _library.NamespaceOf(type) && type.Namespace != "System.Runtime.CompilerServices");
        misplaced.Select(type => type.FullName).Should().BeEmpty();
    }

    [Fact]
    public void WhatUsersNameIsInOneNamespace()
    {
        var elsewhere = _library.Types.Where(type => type.IsPublic && type.Namespace != "Microsoft.ML.Alignment");
        elsewhere.Select(type => type.FullName).Should().BeEquivalentTo(["Microsoft.ML.AlignmentExtensions"]);
    }

    private static bool MayUse(string user, string used) =>
        user == used || InnerRows.Where(rows => rows.Any(row => row.Contains(user))).Any(rows => IsAbove(rows, user, used));

    private static bool IsAbove(string[][] rows, string user, string used)
    {
        var (from, to) = (Array.FindIndex(rows, row => row.Contains(user)), Array.FindIndex(rows, row => row.Contains(used)));
        return to >= 0 && (to < from || (to == from && user.StartsWith("Models", StringComparison.Ordinal)));
    }

    private int RowOf(TypeDefinition type)
    {
        var folder = _library.FolderOf(type);
        if (folder == CompiledLibrary.RootFolder)
            return FrontDoor.Contains(_library.SourceOf(type)) ? AboveEverything : BelowEverything;
        return Array.FindIndex(Rows, row => row.Contains(folder));
    }
}
