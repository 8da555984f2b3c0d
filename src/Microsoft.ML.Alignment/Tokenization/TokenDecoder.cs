using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>
/// Turns tokens, as the vocabulary writes them, back into text; a chain of them does, and what the last leaves is joined.
/// </summary>
internal abstract class TokenDecoder
{
    /// <summary>Rewrites the tokens.</summary>
    public abstract IReadOnlyList<string> Apply(IReadOnlyList<string> tokens);

    /// <summary>What does the same to tokens that continue a text, whose first space stays; null if nothing.</summary>
    public virtual TokenDecoder? Continuing => this;
}

/// <summary>Marks to spaces; those of the first token are left out where a text gets one in front.</summary>
internal sealed class MetaspaceDecoder(SpaceMark mark) : TokenDecoder
{
    /// <inheritdoc/>
    public override TokenDecoder Continuing => new MetaspaceDecoder(mark with { Prefixes = SpacePrefix.None });

    /// <inheritdoc/>
    public override IReadOnlyList<string> Apply(IReadOnlyList<string> tokens) => [.. tokens.Select((token, i) =>
        token.Replace(mark.Mark.ToString(), i == 0 && mark.Prefixes != SpacePrefix.None ? "" : " ", StringComparison.Ordinal))];
}

/// <summary>Bytes of the byte alphabet to text.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Apply(IReadOnlyList<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            // Added tokens are written as they are; those with other characters than the alphabet's can be told.
            if (token.All(character => ByteAlphabet.ByteOf(character) >= 0))
                bytes.AddRange(token.Select(character => (byte)ByteAlphabet.ByteOf(character)));
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
        }

        return [Encoding.UTF8.GetString([.. bytes])];
    }
}

/// <summary>Replaces a string in each token.</summary>
internal sealed class ReplaceDecoder(string old, string with) : TokenDecoder
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Apply(IReadOnlyList<string> tokens) =>
        [.. tokens.Select(token => token.Replace(old, with, StringComparison.Ordinal))];
}

/// <summary>Byte tokens (<c>&lt;0x0A&gt;</c>) in a row to text; one replacement character a byte where they are not UTF-8.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Apply(IReadOnlyList<string> tokens)
    {
        var result = new List<string>();
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            Flush(bytes, result);
            result.Add(token);
        }

        Flush(bytes, result);
        return result;
    }

    private static void Flush(List<byte> bytes, List<string> result)
    {
        if (bytes.Count == 0)
            return;
        try
        {
            result.Add(Strict.GetString([.. bytes]));
        }
        catch (DecoderFallbackException)
        {
            result.Add(new string('\uFFFD', bytes.Count));
        }

        bytes.Clear();
    }

    /// <summary>The byte that a token writes; null if it writes text.</summary>
    public static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
}

/// <summary>Joins the tokens to one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Apply(IReadOnlyList<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Removes a character from the ends of each token, so many times at most.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : TokenDecoder
{
    /// <inheritdoc/>
    public override TokenDecoder? Continuing => null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Apply(IReadOnlyList<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        int from = 0, to = token.Length;
        while (from < start && from < to && token[from] == content)
            from++;
        while (token.Length - to < stop && to > from && token[to - 1] == content)
            to--;
        return token[from..to];
    }
}
