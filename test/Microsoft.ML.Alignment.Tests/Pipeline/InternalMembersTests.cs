using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>
/// We use members that ML.NET does not promise to keep. The list is a reviewed file: who moves to another version of ML.NET, or uses one
/// more, sees it here and not at the users'.
/// </summary>
public sealed class InternalMembersTests
{
    [Fact]
    public void NonPublicMembersOfMLNetAreThoseOfTheReviewedList()
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(LanguageModel).Assembly.Location, new() { AssemblyResolver = resolver });
        string[] used = [.. NonPublic(assembly.MainModule).Distinct().Order(StringComparer.Ordinal)];
        var reviewed = File.ReadAllLines(ReviewedFile());
        used.Should().Equal(reviewed, "the list is {0}; used now:\n{1}\n", ReviewedFile(), string.Join('\n', used));
    }

    [Theory]
    [InlineData("Microsoft.ML.RepositoryWriter")]
    [InlineData("Microsoft.ML.RepositoryReader")]
    public void TheZipArchiveIsWhereFastWritingLooksForIt(string type)
    {
        var field = Type.GetType($"{type}, Microsoft.ML.Core", throwOnError: true)!
            .GetField("_archive", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic);
        field.Should().NotBeNull();
        field!.FieldType.Should().Be<System.IO.Compression.ZipArchive>();
    }

    [Fact]
    public void InternalsOfMLNetAreUsedInThePipelineFolderOnly()
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        var reading = new ReaderParameters { AssemblyResolver = resolver, ReadSymbols = true };
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(LanguageModel).Assembly.Location, reading);
        var elsewhere = assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody && UsesInternals(m))
            .Select(m => m.DebugInformation.SequencePoints.FirstOrDefault()?.Document.Url)
            .OfType<string>().Where(file => !file.Replace('\\', '/').Contains("/Pipeline/", StringComparison.Ordinal));
        elsewhere.Distinct().Should().BeEmpty();
    }

    private static bool UsesInternals(MethodDefinition method) => method.Body.Instructions.Select(i => i.Operand).OfType<MemberReference>()
        .Any(member => member is not TypeReference && IsMLNet(member.DeclaringType) && Describe(member) is not null);

    private static IEnumerable<string> NonPublic(ModuleDefinition module) =>
        module.GetTypeReferences().Where(IsMLNet).Select(Describe)
            .Concat(module.GetMemberReferences().Where(m => IsMLNet(m.DeclaringType)).Select(Describe))
            .OfType<string>();

    private static bool IsMLNet(TypeReference type) => type.Scope.Name is "Microsoft.ML.Core" or "Microsoft.ML.Data" or "Microsoft.ML.DataView";

    private static string? Describe(MemberReference member) => member switch
    {
        TypeReference type => type.Resolve() is { } definition && IsVisible(definition) ? null : type.FullName,
        MethodReference method => method.Resolve() is { } found && (found.IsPublic || found.IsFamily || found.IsFamilyOrAssembly) && IsVisible(found.DeclaringType)
            ? null : $"{method.DeclaringType.GetElementType().FullName}::{method.Name}",
        FieldReference field => field.Resolve() is { IsPublic: true } found && IsVisible(found.DeclaringType)
            ? null : $"{field.DeclaringType.GetElementType().FullName}::{field.Name}",
        _ => member.FullName,
    };

    private static bool IsVisible(TypeDefinition type) =>
        type.IsPublic || (type.IsNestedPublic && IsVisible(type.DeclaringType)) || (type.IsNestedFamily && IsVisible(type.DeclaringType));

    private static string ReviewedFile([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "InternalMembers.txt");
}
