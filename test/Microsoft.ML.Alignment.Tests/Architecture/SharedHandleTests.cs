using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>What a user gives a model to holds a share of it until it returns, so that disposing the model elsewhere does no harm.</summary>
public sealed class SharedHandleTests : IDisposable
{
    private readonly CompiledLibrary _library = new();

    public void Dispose() => _library.Dispose();

    [Fact]
    public void WhatTakesAModelHoldsAShareOfIt()
    {
        var entries = _library.Types.Where(type => type.IsPublic).SelectMany(type => type.Methods).Where(TakesModels).ToArray();
        entries.Should().HaveCountGreaterThan(7);
        var missing = entries.Where(method => Shares(method) < method.Parameters.Count(IsModel));
        missing.Select(method => method.FullName).Should().BeEmpty("each model that is given is shared for as long as the call takes");
    }

    private static bool TakesModels(MethodDefinition method) => method.IsPublic && method.HasBody && !method.IsSetter && method.Parameters.Any(IsModel);

    private static bool IsModel(ParameterDefinition parameter) => parameter.ParameterType.FullName == typeof(LanguageModel).FullName;

    private static int Shares(MethodDefinition method) => method.Body.Instructions.Count(instruction =>
        instruction.OpCode == OpCodes.Callvirt && ((MethodReference)instruction.Operand) is { Name: nameof(LanguageModel.Share) } called
        && called.DeclaringType.FullName == typeof(LanguageModel).FullName);
}
