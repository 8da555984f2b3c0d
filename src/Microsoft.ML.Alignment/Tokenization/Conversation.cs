using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>What a prompt says: messages, and the tools that the assistant may call.</summary>
/// <param name="Messages">At least one.</param>
/// <param name="Tools">Their descriptions, a JSON list; null if there are none.</param>
internal sealed record Conversation(IReadOnlyList<TemplateMessage> Messages, JsonElement? Tools = null);
