namespace Microsoft.ML.Alignment.Data;

/// <summary>Finds the prompt that two completions share where a data set does not name it.</summary>
/// <remarks>
/// Dialogues written as <c>\n\nHuman: … \n\nAssistant: …</c> are cut behind the last <c>Assistant:</c> that both share. Other text is cut
/// where both begin to differ, but not inside a word or number: there, at its beginning. A space at the cut belongs to the completions, as
/// tokenizers have it. Both completions keep at least one character. Where the texts share nothing the prompt is empty.
/// </remarks>
internal static class ImplicitPrompt
{
    /// <summary>The number of leading characters that are the prompt.</summary>
    /// <param name="chosen">The better text.</param>
    /// <param name="rejected">The worse text.</param>
    /// <param name="dialogue">What stands before the turns of a dialogue; null for the usual.</param>
    public static int Length(string chosen, string rejected, DialogueMarkers? dialogue = null)
    {
        var answer = (dialogue ?? DialogueMarkers.HumanAssistant).Assistant;
        var shared = chosen.AsSpan().CommonPrefixLength(rejected);
        var marker = chosen.AsSpan(0, shared).LastIndexOf(answer, StringComparison.Ordinal);
        if (marker >= 0 && marker + answer.Length < Math.Min(chosen.Length, rejected.Length))
            return marker + answer.Length;
        var most = Math.Max(0, Math.Min(shared, Math.Min(chosen.Length, rejected.Length) - 1));
        var cut = CharacterStart(chosen, WordStart(chosen, rejected, most));
        return cut > 0 && chosen[cut - 1] == ' ' ? cut - 1 : cut;
    }

    private static int WordStart(string chosen, string rejected, int cut)
    {
        if (cut == 0 || !(IsWord(chosen[cut]) || IsWord(rejected[cut])))
            return cut;
        while (cut > 0 && IsWord(chosen[cut - 1]))
            cut--;
        return cut;
    }

    private static int CharacterStart(string text, int cut) => cut > 0 && char.IsHighSurrogate(text[cut - 1]) ? cut - 1 : cut;

    /// <summary>Chinese and Japanese, which put no spaces between words, may be cut between any two characters.</summary>
    private static bool IsWord(char c) => char.IsLetterOrDigit(c) && c is (< '\u3040' or >= '\uAC00');
}
