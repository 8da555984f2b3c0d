namespace Microsoft.ML.Alignment.Data;

/// <summary>
/// What a property of a row is for; each but <see cref="Messages"/> and <see cref="Tools"/> is also the name of a column.
/// </summary>
internal enum JsonRole
{
    Prompt,
    Chosen,
    Rejected,
    Completion,
    Messages,
    Tools,
    Label,
    Margin,
    ChosenProbability,
}

/// <summary>Finds the role of a property by its name.</summary>
internal sealed class JsonRoles(JsonLinesOptions options)
{
    private static readonly Dictionary<string, JsonRole> Usual = 
        Enum.GetValues<JsonRole>().ToDictionary(role => role.ToString(), StringComparer.Ordinal);

    private readonly Dictionary<JsonRole, string?> _named = new()
    {
        [JsonRole.Prompt] = options.PromptName,
        [JsonRole.Chosen] = options.ChosenName,
        [JsonRole.Rejected] = options.RejectedName,
        [JsonRole.Completion] = options.CompletionName,
        [JsonRole.Messages] = options.MessagesName,
        [JsonRole.Tools] = options.ToolsName,
        [JsonRole.Label] = options.LabelName,
        [JsonRole.Margin] = options.MarginName,
        [JsonRole.ChosenProbability] = options.ChosenProbabilityName,
    };

    /// <summary>Gets the names that the options give.</summary>
    public IEnumerable<string> Named => _named.Values.OfType<string>();

    /// <summary>The role of a property; null if it is just another column.</summary>
    public JsonRole? Of(string property)
    {
        foreach (var (role, name) in _named)
        {
            if (name == property)
                return role;
        }

        return Usual.TryGetValue(PascalCase(property), out var usual) && _named[usual] is null ? usual : null;
    }

    /// <summary><c>score_chosen</c> as <c>ScoreChosen</c>.</summary>
    public static string PascalCase(string name)
    {
        var words = name.Split(['_', '-', ' ', '.'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? name : string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
