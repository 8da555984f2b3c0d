using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Microsoft.ML.Alignment;

/// <summary>The form of options as JSON, and the check of their names.</summary>
internal static class OptionsJson
{
    public static JsonSerializerOptions Settings { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static JsonDocumentOptions Reading { get; } = new()
    {
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Refuses names that are no members of a type or of what its members are, and unknown names of enumerations.</summary>
    /// <exception cref="JsonException">There is one; the message has it, its place, and those that are known.</exception>
    public static void RequireKnown(JsonNode node, JsonTypeInfo type)
    {
        if (EnumOf(type.Type) is { } values && node is JsonValue value && value.TryGetValue<string>(out var name))
            RequireName(node.GetPath(), name, Enum.GetNames(values));
        RequireKind(node, type);
        if (type.Kind == JsonTypeInfoKind.Enumerable && node is JsonArray items)
            foreach (var item in items.OfType<JsonNode>())
                RequireKnown(item, Settings.GetTypeInfo(ElementOf(type.Type)));
        if (type.Kind == JsonTypeInfoKind.Object && node is JsonObject members)
            RequireKnown(members, type);
    }

    /// <summary>Refuses a value of another kind than the type has, e.g. text where there is a number.</summary>
    /// <exception cref="JsonException">It is one; the message has the value, its place, and what is needed.</exception>
    private static void RequireKind(JsonNode node, JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        var kind = node.GetValueKind();
        var needed = plain switch
        {
            _ when type.Kind == JsonTypeInfoKind.Object => kind == JsonValueKind.Object ? null : Variants(type),
            _ when type.Kind == JsonTypeInfoKind.Enumerable => kind == JsonValueKind.Array ? null : "a list",
            _ when plain == typeof(bool) => kind is JsonValueKind.True or JsonValueKind.False ? null : "true or false",
            _ when plain == typeof(string) => kind == JsonValueKind.String ? null : "text in quotes",
            { IsEnum: true } => kind == JsonValueKind.String ? null : $"one of {string.Join(", ", Enum.GetNames(plain))}",
            _ when plain.IsPrimitive => kind == JsonValueKind.Number ? null : "a number, without quotes",
            _ => null,
        };
        if (needed is not null)
            throw new JsonException($"{node.ToJsonString()} at {node.GetPath()} is not what is needed there: {needed}.");
    }

    private static string Variants(JsonTypeInfo type) => type.PolymorphismOptions is not { } options ? "an object" :
        $"an object such as {{\"{options.TypeDiscriminatorPropertyName}\": \"{options.DerivedTypes[0].TypeDiscriminator}\"}}; known are "
        + string.Join(", ", options.DerivedTypes.Select(derived => derived.TypeDiscriminator?.ToString()).Order(StringComparer.Ordinal));

    /// <summary>A type as users write it, e.g. <c>DpoTrainer.Options</c>.</summary>
    public static string NameOf(Type type) => type.DeclaringType is { } outer ? $"{NameOf(outer)}.{type.Name}" : type.Name;

    private static void RequireKnown(JsonObject members, JsonTypeInfo type)
    {
        var discriminator = type.PolymorphismOptions?.TypeDiscriminatorPropertyName;
        var properties = Derived(members, type).Properties
            .Where(property => property.Set is not null || property.AssociatedParameter is not null).ToArray();
        foreach (var (member, inner) in members.Where(member => member.Key != discriminator))
        {
            RequireName(members.GetPath(), member, [.. properties.Select(property => property.Name)]);
            var property = properties.First(property => property.Name.Equals(member, StringComparison.OrdinalIgnoreCase));
            if (inner is not null)
                RequireKnown(inner, Settings.GetTypeInfo(property.PropertyType));
        }
    }

    private static Type? EnumOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } found ? found : null;

    private static Type ElementOf(Type list) => list.GetInterfaces().Append(list)
        .First(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>)).GetGenericArguments()[0];

    /// <summary>The type that an object names, where it may be one of several.</summary>
    private static JsonTypeInfo Derived(JsonObject members, JsonTypeInfo type)
    {
        if (type.PolymorphismOptions is not { } options)
            return type;
        var known = options.DerivedTypes.ToDictionary(derived => derived.TypeDiscriminator?.ToString() ?? "", derived => derived.DerivedType);
        var named = members[options.TypeDiscriminatorPropertyName] is { } found ? found.ToString() : "";
        RequireName($"{members.GetPath()}.{options.TypeDiscriminatorPropertyName}", named, [.. known.Keys]);
        return Settings.GetTypeInfo(known.First(pair => pair.Key.Equals(named, StringComparison.OrdinalIgnoreCase)).Value);
    }

    private static void RequireName(string place, string name, IReadOnlyCollection<string> known)
    {
        if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new JsonException($"'{name}' at {place} is not known; known are {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
    }
}
