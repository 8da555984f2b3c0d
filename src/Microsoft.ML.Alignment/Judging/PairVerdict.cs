using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>What a model said of two responses that were shown to it as A and B.</summary>
internal sealed partial record PairVerdict(PreferenceOutcome Preference, string Rationale)
{
    public static ChatResponseFormat Format { get; } =
        AnswerJson.FormatOf("verdict", "verdict", """{ "type": "string", "enum": ["A", "B", "tie"] }""");

    /// <summary>Reads JSON, or a last line that says <c>Verdict: A</c>. Anything else is no verdict.</summary>
    public static (PairVerdict? Value, string? Problem) Read(string text)
    {
        if (AnswerJson.Last(text, "verdict") is { } json)
            return Of(json.GetProperty("verdict") is { ValueKind: JsonValueKind.String } said ? said.GetString()! : "", AnswerJson.Rationale(json));
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 0 && LastLine().Match(lines[^1]) is { Success: true } match
            ? Of(match.Groups[1].Value, string.Join(' ', lines[..^1]))
            : (null, "it has no verdict.");
    }

    private static (PairVerdict? Value, string? Problem) Of(string verdict, string rationale) => verdict.Trim().ToUpperInvariant() switch
    {
        "A" => (new(PreferenceOutcome.First, rationale), null),
        "B" => (new(PreferenceOutcome.Second, rationale), null),
        "TIE" => (new(PreferenceOutcome.Tie, rationale), null),
        _ => (null, "its verdict is none of \"A\", \"B\" and \"tie\"."),
    };

    [GeneratedRegex("""^\W*(?:final\s+)?verdict\W*\b(A|B|tie)\b\W*$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LastLine();
}
