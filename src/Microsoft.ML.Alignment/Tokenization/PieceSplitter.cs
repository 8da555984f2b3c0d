namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Splits text into the pieces that a model encodes one by one; the pieces together are the text.</summary>
internal abstract class PieceSplitter
{
    /// <summary>
    /// Adds the end of every piece of <paramref name="text"/>, counted from its beginning, plus <paramref name="offset"/>.
    /// </summary>
    public abstract void Split(ReadOnlySpan<char> text, int offset, List<int> ends);
}

/// <summary>Splits by one splitter, then each piece by the next.</summary>
internal sealed class SplitterSequence(IReadOnlyList<PieceSplitter> splitters) : PieceSplitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        List<int> current = [offset + text.Length];
        foreach (var splitter in splitters)
        {
            var refined = new List<int>(2 * current.Count);
            var start = offset;
            foreach (var end in current)
            {
                splitter.Split(text[(start - offset)..(end - offset)], start, refined);
                start = end;
            }

            current = refined;
        }

        ends.AddRange(current);
    }
}

/// <summary>A piece ends behind each occurrence of a text.</summary>
internal sealed class SeparatorSplitter(string separator) : PieceSplitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        var start = 0;
        while (text[start..].IndexOf(separator, StringComparison.Ordinal) is >= 0 and var found)
        {
            start += found + separator.Length;
            ends.Add(offset + start);
        }

        if (start < text.Length)
            ends.Add(offset + text.Length);
    }
}

/// <summary>Each occurrence of a character begins a piece.</summary>
internal sealed class MarkSplitter(char mark) : PieceSplitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        for (var start = 0; start < text.Length;)
        {
            var next = text[(start + 1)..].IndexOf(mark);
            start = next < 0 ? text.Length : start + 1 + next;
            ends.Add(offset + start);
        }
    }
}

/// <summary>Each number character (<c>\p{N}</c>) is a piece, or each run of them.</summary>
internal sealed class DigitSplitter(bool individual) : PieceSplitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        var isInPiece = false;
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            var isNumber = CharacterKinds.At(text, i, out var length) == CharacterKind.Number;
            if (isNumber && isInPiece)
                ends.Add(offset + start);
            isInPiece = !isNumber;
            i = isNumber && !individual ? CharacterKinds.EndOfRun(text, i, CharacterKind.Number) : i + length;
            if (isNumber)
                ends.Add(offset + i);
        }

        if (isInPiece)
            ends.Add(offset + text.Length);
    }
}

/// <summary>
/// Each run of <c>▁</c> begins a piece. For SentencePiece vocabularies in which no merge joins a <c>▁</c> to what stands before it: then
/// the result is that of encoding the whole, and words can be remembered.
/// </summary>
internal sealed class WordSplitter : PieceSplitter
{
    /// <summary>The character that SentencePiece writes for a space.</summary>
    public const char Space = '▁';

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        for (var i = 0; i < text.Length;)
        {
            while (i < text.Length && text[i] == Space)
                i++;
            var word = text[i..].IndexOf(Space);
            i = word < 0 ? text.Length : i + word;
            ends.Add(offset + i);
        }
    }
}

/// <summary>The splitting pattern of GPT-2: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.</summary>
internal sealed class Gpt2Splitter : PieceSplitter
{
    /// <summary>The pattern.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        for (var i = 0; i < text.Length;)
        {
            i = EndOfPiece(text, i);
            ends.Add(offset + i);
        }
    }

    private static int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var contraction = PieceRules.Contraction(text, start, StringComparison.Ordinal);
        if (contraction > 0)
            return start + contraction;
        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = CharacterKinds.At(text, first, out _);
        return kind == CharacterKind.Space ? PieceRules.EndOfSpaces(text, start) : CharacterKinds.EndOfRun(text, first, kind);
    }
}

/// <summary>
/// The splitting pattern of cl100k, Llama 3 and Qwen 2, which differ in how many digits a number piece has:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// </summary>
/// <param name="digits">The most digits of a piece.</param>
internal sealed class Cl100kSplitter(int digits) : PieceSplitter
{
    /// <summary>The pattern with up to three digits a piece (Llama 3).</summary>
    public static readonly string ThreeDigitPattern = Pattern(@"\p{N}{1,3}");

    /// <summary>The pattern with one digit a piece (Qwen 2).</summary>
    public static readonly string OneDigitPattern = Pattern(@"\p{N}");

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        for (var i = 0; i < text.Length;)
        {
            i = EndOfPiece(text, i);
            ends.Add(offset + i);
        }
    }

    private static string Pattern(string number) =>
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + number + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        var contraction = PieceRules.Contraction(text, start, StringComparison.OrdinalIgnoreCase);
        if (contraction > 0)
            return start + contraction;
        var kind = CharacterKinds.At(text, start, out var length);
        if (kind == CharacterKind.Letter)
            return CharacterKinds.EndOfRun(text, start, kind);
        if (kind == CharacterKind.Number)
            return EndOfNumber(text, start);
        var next = start + length;
        if (text[start] is not ('\r' or '\n') && next < text.Length && CharacterKinds.At(text, next, out _) == CharacterKind.Letter)
            return CharacterKinds.EndOfRun(text, next, CharacterKind.Letter);
        var first = text[start] == ' ' && next < text.Length ? next : start;
        if (CharacterKinds.At(text, first, out _) != CharacterKind.Other)
            return PieceRules.EndOfLinesOrSpaces(text, start);
        var end = CharacterKinds.EndOfRun(text, first, CharacterKind.Other);
        while (end < text.Length && text[end] is '\r' or '\n')
            end++;
        return end;
    }

    private int EndOfNumber(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        for (var i = 0; i < digits && end < text.Length && CharacterKinds.At(text, end, out var length) == CharacterKind.Number; i++)
            end += length;
        return end;
    }
}

/// <summary>What the patterns have in common.</summary>
internal static class PieceRules
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>The length of the contraction that starts here; 0 if none does.</summary>
    public static int Contraction(ReadOnlySpan<char> text, int start, StringComparison comparison)
    {
        if (text[start] != '\'')
            return 0;
        foreach (var contraction in Contractions)
        {
            if (text[start..].StartsWith(contraction, comparison))
                return contraction.Length;
        }

        return 0;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: all spaces at the end of the text, else all but the last, which belongs to the next word.</summary>
    public static int EndOfSpaces(ReadOnlySpan<char> text, int start)
    {
        var end = CharacterKinds.EndOfRun(text, start, CharacterKind.Space);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>.</summary>
    public static int EndOfLinesOrSpaces(ReadOnlySpan<char> text, int start)
    {
        var end = CharacterKinds.EndOfRun(text, start, CharacterKind.Space);
        var newline = text[start..end].LastIndexOfAny('\r', '\n');
        return newline >= 0 ? start + newline + 1 : EndOfSpaces(text, start);
    }
}
