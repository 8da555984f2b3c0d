using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>What a prompt says: messages, and the tools that the assistant may call.</summary>
/// <param name="Messages">At least one.</param>
/// <param name="Tools">Their descriptions, a JSON list; null if there are none.</param>
internal sealed record Conversation(IReadOnlyList<TemplateMessage> Messages, JsonElement? Tools = null)
{
    /// <summary>As a person reads it: the words of a single turn of a user, else the turns one behind another.</summary>
    public string Shown() => Messages is [{ Role: "user" } only]
        ? only.Content
        : string.Join("\n\n", Messages.Select(message => $"{message.Role}: {message.Content}"));
}
