using System.Text;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>
/// Writes the Modelfile with which Ollama runs a GGUF file: the turns of the chat template in Ollama's language, and every token that ends an answer.
/// </summary>
internal static class OllamaModelfile
{
    private const string First = "@first@", Second = "@second@", Third = "@third@";

    /// <summary>The text of the file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="gguf">The name of the GGUF file beside it.</param>
    public static string Of(LanguageModel model, string gguf)
    {
        var text = new StringBuilder().Append("FROM ./").Append(gguf).Append('\n');
        if (model.ChatTemplate is { } template)
            text.Append(Turns(template) is { } turns
                ? $"TEMPLATE \"\"\"{turns}\"\"\"\n"
                : "# The chat template is no row of turns, so that it has no form in Ollama's language: Ollama guesses from the GGUF file.\n");
        foreach (var id in model.Config.EosTokenIds)
            if (model.Tokenizer.TokenOf(id) is { } token)
                text.Append("PARAMETER stop \"").Append(token.Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"\n");
        return text.Append("PARAMETER temperature 0\n").ToString();
    }

    // Null where the template does more than to put something before and behind each message.
    private static string? Turns(ChatTemplate template)
    {
        try
        {
            var user = Around(template.Render([new("user", First)], false), First);
            var two = template.Render([new("user", First), new("assistant", Second)], false);
            var assistant = Around(two[(two.IndexOf(First, StringComparison.Ordinal) + First.Length + user.Behind.Length)..], Second);
            var three = template.Render([new("user", First), new("assistant", Second), new("user", Third)], false);
            var next = Around(three[(three.IndexOf(Second, StringComparison.Ordinal) + Second.Length + assistant.Behind.Length)..], Third);
            var prompt = template.Render([new("user", First)], true);
            if (!user.Before.EndsWith(next.Before, StringComparison.Ordinal) || next.Behind != user.Behind
                || !prompt.StartsWith(user.Before + First + user.Behind, StringComparison.Ordinal))
                return null;
            var begin = user.Before[..^next.Before.Length];
            var generation = prompt[(user.Before.Length + First.Length + user.Behind.Length)..];
            var system = System(template, next.Before + First);
            if ((user.Before + next.Before + assistant.Before + generation).Contains("{{", StringComparison.Ordinal))
                return null;
            var opening = system is { } told
                ? $$$"""{{ if .System }}{{{told.Before}}}{{ .System }}{{{told.Behind}}}{{ else }}{{{begin}}}{{ end }}"""
                : begin;
            return opening + "{{ range .Messages }}"
                + $$$"""{{ if eq .Role "user" }}{{{next.Before}}}{{ .Content }}{{{next.Behind}}}"""
                + $$$"""{{ else if eq .Role "assistant" }}{{{assistant.Before}}}{{ .Content }}{{{assistant.Behind}}}{{ end }}{{ end }}"""
                + generation;
        }
        catch (Exception e) when (e is ChatTemplateException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static (string Before, string Behind)? System(ChatTemplate template, string turn)
    {
        try
        {
            var text = template.Render([new("system", Second), new("user", First)], false);
            var (before, behind) = Around(text[..(text.IndexOf(First, StringComparison.Ordinal) + First.Length)], Second);
            return behind.EndsWith(turn, StringComparison.Ordinal) ? (before, behind[..^turn.Length]) : null;
        }
        catch (Exception e) when (e is ChatTemplateException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static (string Before, string Behind) Around(string text, string content)
    {
        var at = text.IndexOf(content, StringComparison.Ordinal);
        return (text[..at], text[(at + content.Length)..]);
    }
}
