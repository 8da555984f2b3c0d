namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>
/// Turns tokens into text as they come. Pieces end where characters end, and together they are what all tokens are decoded to at once.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
internal sealed class TextStream(ModelTokenizer tokenizer)
{
    private const char Broken = '\uFFFD';
    private readonly List<int> _pending = [];
    private bool _hasBegun;

    /// <summary>Takes a token.</summary>
    /// <param name="id">Its id; no end token.</param>
    /// <returns>The text that it completes; empty while a character is not complete.</returns>
    public string Add(int id)
    {
        _pending.Add(id);

        // The text of a run of bytes is known at its end: where one of them is no UTF-8, none is shown.
        if (tokenizer.IsFallbackByte(id))
            return "";
        var text = Decoded();
        if (text.Length == 0 || text[^1] == Broken)
            return "";
        _pending.Clear();
        _hasBegun = true;
        return text;
    }

    /// <summary>The text of what is left, at the end.</summary>
    public string Finish()
    {
        var text = Decoded();
        _pending.Clear();
        return text;
    }

    // The space that a tokenizer puts before a text is taken away at its beginning only.
    private string Decoded() => _hasBegun
        ? tokenizer.DecodeContinuation(_pending, skipSpecialTokens: true)
        : tokenizer.Decode(_pending, skipSpecialTokens: true);
}
