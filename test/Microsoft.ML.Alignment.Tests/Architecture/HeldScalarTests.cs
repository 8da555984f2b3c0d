using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>
/// No native scalar is read that only a finalizer owns: a collection on another thread would free it under the call.
/// </summary>
public sealed class HeldScalarTests
{
    private static readonly string[] TensorApi = ["TorchSharp.torch", "TorchSharp.torch/Tensor", "TorchSharp.torch/nn/functional", "TorchSharp.torch/special"];

    [Fact]
    public void TheLibraryCallsNothingThatMakesAScalarWhichNobodyHolds()
    {
        using var torch = AssemblyDefinition.ReadAssembly(typeof(torch).Assembly.Location);
        using var library = AssemblyDefinition.ReadAssembly(typeof(LanguageModel).Assembly.Location);
        var makers = MakersOfScalars(torch);
        makers.Should().Contain(
            name => name.Contains("Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)"), "its factor is such a scalar");
        makers.Should().Contain(name => name.Contains("Tensor::square()"));
        makers.Should().NotContain(name => name.Contains("Tensor::op_Multiply(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)"));
        var uses =
            from method in Methods(library)
            from called in Calls(method)
            where makers.Contains(called.FullName) || IsImplicitScalar(called)
            select $"{method.FullName} calls {called.FullName}";
        uses.Should().BeEmpty("{0} has the forms that hold their scalars", nameof(Alignment.Arithmetic.TensorArithmetic));
    }

    [Fact]
    public void ScalarsAreMadeWhereTheyAreHeld()
    {
        using var library = AssemblyDefinition.ReadAssembly(typeof(LanguageModel).Assembly.Location);
        var makers = Methods(library).Where(method => Calls(method).Any(called => called.Name == "ToScalar"));
        makers.Where(method => !method.IsConstructor && !method.Body.HasExceptionHandlers).Select(method => method.FullName).Should().BeEmpty(
            "each is disposed behind the call, by using");
    }

    private static HashSet<string> MakersOfScalars(AssemblyDefinition torch)
    {
        var methods = Methods(torch).Where(method => TensorApi.Contains(method.DeclaringType.FullName)).ToArray();
        HashSet<string> makers = [.. methods.Where(method => Calls(method).Any(IsMaker)).Select(method => method.FullName)];
        for (var before = -1; before != makers.Count;)
        {
            before = makers.Count;
            makers.UnionWith(methods.Where(method => Calls(method).Any(called => makers.Contains(called.FullName))).Select(method => method.FullName));
        }

        return makers;
    }

    private static bool IsMaker(MethodReference called) => IsImplicitScalar(called) || called.Name == "ToScalar";

    private static bool IsImplicitScalar(MethodReference called) =>
        called.Name == "op_Implicit" && called.ReturnType.FullName == typeof(Scalar).FullName;

    private static IEnumerable<MethodDefinition> Methods(AssemblyDefinition assembly) =>
        assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) => method.Body.Instructions
        .Where(instruction => instruction.OpCode == OpCodes.Call || instruction.OpCode == OpCodes.Callvirt || instruction.OpCode == OpCodes.Ldftn)
        .Select(instruction => (MethodReference)instruction.Operand);
}
