namespace Microsoft.ML.Alignment.Judging;

/// <summary>Puts texts of others between marks that they cannot contain, so that they cannot end early and speak to the judge.</summary>
internal static class Fence
{
    private const int Digits = 16;

    /// <summary>A mark that stands in none of the texts. It is a function of them, so that equal questions are equal requests.</summary>
    public static string For(params ReadOnlySpan<string> texts)
    {
        var joined = string.Join('\u001f', texts);
        for (var key = RequestKey.Hash(joined); ; key = RequestKey.Hash(key))
            if (!joined.Contains(key[..Digits], StringComparison.OrdinalIgnoreCase))
                return key[..Digits];
    }

    /// <summary>A text between its marks.</summary>
    public static string Around(string mark, string name, string text) => $"<<{mark} {name} begins>>\n{text}\n<<{mark} {name} ends>>";
}
