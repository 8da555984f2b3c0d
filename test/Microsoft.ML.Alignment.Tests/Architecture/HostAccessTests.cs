using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>
/// What runs in a step reads no numbers of tensors, wherever they live, but in the named places: of kernels, each with a plain twin, and of
/// what is read behind a step.
/// </summary>
public sealed class HostAccessTests
{
    private static readonly string[] Folders = ["Losses", "Objectives", "Kernels", "Models", "Batches"];
    private static readonly string[] Readers = ["data", "get_bytes", "item", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToBoolean"];

    private static readonly string[] NamedPlaces =
    [
        "LabelReader", // its plain twin is PlainLabelReader
        "FusedAdamW", // the gradient norm, which the loop reads once a step
        "DropoutStream", // the state of the processor's generator
        "MatrixKernelTrial", // measures the processor
        "WeightDecoder", "TensorStoredTensor", // files
        "ScoresAhead", // a reference's scores, read before training
    ];

    [Fact]
    public void AStepReadsNumbersInNamedPlacesOnly()
    {
        using var library = AssemblyDefinition.ReadAssembly(typeof(LanguageModel).Assembly.Location);
        var found = (
            from type in library.MainModule.GetTypes()
            where Folders.Any(folder => OutermostOf(type).Namespace.StartsWith("Microsoft.ML.Alignment." + folder, StringComparison.Ordinal))
            from method in type.Methods.Where(method => method.HasBody)
            from instruction in method.Body.Instructions
            where instruction.OpCode == OpCodes.Call || instruction.OpCode == OpCodes.Callvirt
            let called = (MethodReference)instruction.Operand
            where called.DeclaringType.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal) && Readers.Contains(called.Name)
            select OutermostOf(type).Name).Distinct().ToArray();
        found.Should().Contain("LabelReader", "the test sees what it looks for");
        found.Except(NamedPlaces).Should().BeEmpty("numbers are read in {0} only", string.Join(", ", NamedPlaces));
    }

    private static TypeDefinition OutermostOf(TypeDefinition type) => type.DeclaringType is null ? type : OutermostOf(type.DeclaringType);
}
