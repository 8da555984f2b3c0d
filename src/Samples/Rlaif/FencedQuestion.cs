using System.Text.RegularExpressions;

namespace Samples.Rlaif;

/// <summary>What a judge's prompt holds: texts of others between marks, and what is asked about them.</summary>
/// <param name="Texts">The texts by name: <c>prompt</c>, <c>response A</c>, <c>response B</c> and so on.</param>
/// <param name="Asked">What stands behind the last of them.</param>
internal sealed partial record FencedQuestion(IReadOnlyDictionary<string, string> Texts, string Asked)
{
    /// <summary>Reads the message that a judge, a critic or a writer gets.</summary>
    public static FencedQuestion Read(string message)
    {
        var texts = new Dictionary<string, string>();
        var end = 0;
        foreach (Match match in Fenced().Matches(message))
        {
            texts[match.Groups["name"].Value] = match.Groups["text"].Value;
            end = match.Index + match.Length;
        }

        return new(texts, message[end..].Trim());
    }

    [GeneratedRegex(@"<<(?<mark>\w+) (?<name>[\w ]+) begins>>\n(?<text>.*?)\n<<\k<mark> \k<name> ends>>", RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
