using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>Collects the types that a type names.</summary>
internal sealed class TypeUses
{
    private readonly Dictionary<string, TypeReference> _found = new(StringComparer.Ordinal);

    /// <summary>What was found, without the nesting.</summary>
    public IEnumerable<TypeReference> Outermost => _found.Values;

    /// <summary>Adds what a type and the types nested in it use.</summary>
    public void AddType(TypeDefinition type)
    {
        Add(type.BaseType);
        AddAttributes(type);
        foreach (var implemented in type.Interfaces)
            Add(implemented.InterfaceType);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType);
            AddAttributes(field);
        }

        foreach (var method in type.Methods)
            AddMethod(method);
        foreach (var nested in type.NestedTypes)
            AddType(nested);
    }

    private void AddMethod(MethodDefinition method)
    {
        AddSignature(method);
        AddAttributes(method);
        if (!method.HasBody)
            return;
        foreach (var variable in method.Body.Variables)
            Add(variable.VariableType);
        foreach (var handler in method.Body.ExceptionHandlers)
            Add(handler.CatchType);
        foreach (var instruction in method.Body.Instructions)
            AddOperand(instruction);
    }

    private void AddOperand(Instruction instruction)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(type);
                break;
            case MethodReference method:
                Add(method.DeclaringType);
                AddSignature(method);
                break;
            case FieldReference field:
                Add(field.DeclaringType);
                Add(field.FieldType);
                break;
            default:
                break;
        }
    }

    private void AddSignature(MethodReference method)
    {
        Add(method.ReturnType);
        foreach (var parameter in method.Parameters)
            Add(parameter.ParameterType);
        if (method is GenericInstanceMethod generic)
        {
            foreach (var argument in generic.GenericArguments)
                Add(argument);
        }
    }

    private void AddAttributes(ICustomAttributeProvider provider)
    {
        foreach (var attribute in provider.CustomAttributes)
            Add(attribute.AttributeType);
    }

    private void Add(TypeReference? type)
    {
        if (type is GenericInstanceType generic)
        {
            foreach (var argument in generic.GenericArguments)
                Add(argument);
        }

        if (type is TypeSpecification specification)
            Add(specification.ElementType);
        else if (type is { IsGenericParameter: false })
            AddOutermost(type);
    }

    private void AddOutermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        _found.TryAdd(type.FullName, type);
    }
}
