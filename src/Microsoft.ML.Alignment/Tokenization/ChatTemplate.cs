namespace Microsoft.ML.Alignment;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c> or a role the template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record TemplateMessage(string Role, string Content);

/// <summary>A model's own chat template (Jinja), which renders conversations as the model saw them in training.</summary>
public sealed class ChatTemplate
{
    /// <summary>Parses a template; a construct that is not supported is refused by name and line.</summary>
    public static ChatTemplate Parse(string jinja, IReadOnlyDictionary<string, string> specialTokens) => throw new NotImplementedException();

    /// <summary>Gets the template's source.</summary>
    public string Source => throw new NotImplementedException();

    /// <summary>Renders a conversation.</summary>
    public string Render(IReadOnlyList<TemplateMessage> messages, bool addGenerationPrompt) => throw new NotImplementedException();
}
