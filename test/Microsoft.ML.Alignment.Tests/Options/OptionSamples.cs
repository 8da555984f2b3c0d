using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment.Tests.Options;

/// <summary>Options with one member that is not its default, for any type of options.</summary>
internal static class OptionSamples
{
    // A share, a weight, a count: each option takes one of them.
    private static readonly object[] Numbers = [0.25, 0.75, 3.0, 2, 5, 7L];

    /// <summary>An instance with its defaults, and what it requires.</summary>
    public static object Make(Type type)
    {
        var constructor = type.GetConstructors().MinBy(candidate => candidate.GetParameters().Length)!;
        var made = constructor.Invoke([.. constructor.GetParameters().Select(parameter => Values(parameter.ParameterType).First())]);
        foreach (var property in type.GetProperties().Where(property => property.GetCustomAttribute<RequiredMemberAttribute>() is not null))
            property.SetValue(made, Values(property.PropertyType).First());
        return made;
    }

    /// <summary>
    /// One instance for each member that is written down; where the member may be one of several types, for each of those and their
    /// members.
    /// </summary>
    public static IEnumerable<(PropertyInfo Property, object? Value, object Options)> WithEachMemberChanged(Type type) =>
        from property in AlignmentOptionsTests.Members(type)
        from options in Changed(type, property)
        select (property, property.GetValue(options), options);

    private static object[] Changed(Type type, PropertyInfo property)
    {
        var unchanged = property.GetValue(Make(type));
        var values = property.PropertyType.IsAbstract ? Values(property.PropertyType).Concat(InnerChanges(property.PropertyType)) : Values(property.PropertyType);
        object[] changed = [.. values.Where(value => !Equals(value, unchanged)).Select(value => Assigned(type, property, value)).OfType<object>()];
        if (changed.Length == 0 && property.PropertyType.IsEnum)
            return []; // all other values are refused: the estimator of a divergence in the reward is one that is sound there
        changed.Should().NotBeEmpty("a value must be found for {0}.{1} of type {2}", type, property.Name, property.PropertyType);
        return property.PropertyType.IsAbstract ? changed : changed[..1];
    }

    private static IEnumerable<object> InnerChanges(Type type) =>
        from derived in DerivedTypes(type)
        from property in AlignmentOptionsTests.Members(derived)
        from value in Values(property.PropertyType)
        let options = Assigned(derived, property, value)
        where options is not null
        select options;

    private static object? Assigned(Type type, PropertyInfo property, object value)
    {
        var options = Make(type);
        try
        {
            property.SetValue(options, value);
            return options;
        }
        catch (TargetInvocationException refused) when (refused.InnerException is ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<object> Values(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsEnum)
            return Enum.GetValues(type).Cast<object>();
        if (type == typeof(bool))
            return [false, true];
        if (type == typeof(string))
            return ["another"];
        if (type == typeof(TimeSpan))
            return [TimeSpan.FromSeconds(7)];
        if (type.IsPrimitive)
            return Numbers.Where(number => number.GetType() == type);
        if (type.IsInterface)
            return [Listed(type.GetGenericArguments()[0])];
        if (type.IsAbstract)
            return DerivedTypes(type).Select(Make);
        return type.GetConstructor(Type.EmptyTypes) is null ? [Make(type)] : WithEachMemberChanged(type).Take(1).Select(changed => changed.Options);
    }

    private static Array Listed(Type element)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(Values(element).First(), 0);
        return list;
    }

    private static IEnumerable<Type> DerivedTypes(Type type) => type.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(derived => derived.DerivedType);
}
