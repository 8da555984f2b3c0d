using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment;

/// <summary>Options as JSON, so that a run can be described by a file.</summary>
/// <remarks>
/// For the options of every trainer and what they are composed of, and for your own records of them. Names are in camelCase, enumerations
/// by name; comments and trailing commas are allowed, names that an option does not have are not. <c>InitialModel</c>, <c>Rewards</c> and
/// <c>SftSet</c> are objects of the program and not part of it.
/// </remarks>
public static class AlignmentOptions
{
    // Of System.Text.Json: names the type of a member that may be one of several.
    private const string TypeName = "$type";

    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Writes options, each member by name.</summary>
    /// <typeparam name="T">The options' type.</typeparam>
    /// <param name="options">The options.</param>
    public static string ToJson<T>(T options)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        return JsonSerializer.Serialize(options, OptionsJson.Settings);
    }

    /// <summary>Reads options. What the text does not name has the type's default.</summary>
    /// <typeparam name="T">The options' type.</typeparam>
    /// <param name="json">The text.</param>
    /// <exception cref="FormatException">
    /// The text is no JSON, names something that is no option, or has a value that is refused; the message says which.
    /// </exception>
    public static T Parse<T>(string json)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read<T>(() => Parse(json));
    }

    /// <summary>Reads options. What the text does not name is as in others.</summary>
    /// <typeparam name="T">The options' type.</typeparam>
    /// <param name="json">The text.</param>
    /// <param name="defaults">What holds where the text says nothing, member by member, and of members that are not part of the text.</param>
    /// <exception cref="FormatException">
    /// The text is no JSON, names something that is no option, or has a value that is refused; the message says which.
    /// </exception>
    public static T Parse<T>(string json, T defaults)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(defaults);
        var read = Read<T>(() => Merge(JsonNode.Parse(ToJson(defaults), AnyCase), Parse(json)));
        foreach (var member in typeof(T).GetProperties().Where(IsNotInText))
            member.SetValue(read, member.GetValue(defaults));
        return read;
    }

    private static bool IsNotInText(PropertyInfo member) =>
        member.CanWrite && member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };

    private static JsonNode? Parse(string json)
    {
        JsonTexts.RequireWhole(json);
        return JsonNode.Parse(json, AnyCase, OptionsJson.Reading);
    }

    private static T Read<T>(Func<JsonNode?> parse)
        where T : class
    {
        try
        {
            var node = parse() ?? throw new JsonException("it is null.");
            OptionsJson.RequireKnown(node, OptionsJson.Settings.GetTypeInfo(typeof(T)));
            return Deserialize<T>(node);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"{OptionsJson.NameOf(typeof(T))} cannot be read from JSON: {e.Message}", e);
        }
    }

    // Lines would be counted in a text that the user never wrote: the one with all defaults.
    private static T Deserialize<T>(JsonNode node)
    {
        try
        {
            return node.Deserialize<T>(OptionsJson.Settings)!;
        }
        catch (JsonException e) when (e.Path is { } path)
        {
            throw new JsonException($"the value at {path} is refused. {e.Message.Split(" Path: ")[0]}", e);
        }
    }

    private static JsonNode? Merge(JsonNode? below, JsonNode? above)
    {
        if (below is not JsonObject lower || above is not JsonObject upper || IsOfAnotherType(lower, upper))
            return above?.DeepClone();
        foreach (var (name, value) in upper)
            lower[name] = Merge(lower[name], value);
        return lower;
    }

    private static bool IsOfAnotherType(JsonObject lower, JsonObject upper) =>
        upper.ContainsKey(TypeName) && !JsonNode.DeepEquals(lower[TypeName], upper[TypeName]);
}
