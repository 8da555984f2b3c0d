using System.Buffers;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Cuts a piece of text into the smallest symbols of a vocabulary.</summary>
internal abstract class BpeSymbols
{
    /// <summary>The largest number of symbols that a piece of <paramref name="characters"/> UTF-16 characters has.</summary>
    public static int Bound(int characters) => 3 * characters;

    /// <summary>Writes the symbols of a piece and returns how many.</summary>
    public abstract int Fill(ReadOnlySpan<char> piece, Span<int> symbols);

    /// <summary>How a piece is written in the vocabulary.</summary>
    public abstract string Spell(ReadOnlySpan<char> piece);

    /// <summary>How many UTF-8 bytes of the text at its beginning a token stands for.</summary>
    public abstract int ByteCount(int id, string token, ReadOnlySpan<char> rest);
}

/// <summary>One symbol a byte of the UTF-8 form, written in the byte alphabet.</summary>
/// <param name="idOfByte">The ids of the 256 bytes; -1 where the vocabulary has none: such a byte is left out, as the reference
/// does.</param>
internal sealed class ByteSymbols(int[] idOfByte) : BpeSymbols
{
    /// <inheritdoc/>
    public override int Fill(ReadOnlySpan<char> piece, Span<int> symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        while (!piece.IsEmpty)
        {
            _ = Rune.DecodeFromUtf16(piece, out var rune, out var consumed);
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (idOfByte[value] >= 0)
                    symbols[count++] = idOfByte[value];
            }

            piece = piece[consumed..];
        }

        return count;
    }

    /// <inheritdoc/>
    public override string Spell(ReadOnlySpan<char> piece)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(piece.Length)];
        var count = Encoding.UTF8.GetBytes(piece, bytes);
        return string.Create(count, bytes, static (spelled, source) =>
        {
            for (var i = 0; i < spelled.Length; i++)
                spelled[i] = ByteAlphabet.CharacterOf(source[i]);
        });
    }

    /// <inheritdoc/>
    public override int ByteCount(int id, string token, ReadOnlySpan<char> rest) => token.Length;
}

/// <summary>
/// One symbol a character; characters that the vocabulary lacks become byte tokens (<c>&lt;0x0A&gt;</c>) or the unknown token.
/// </summary>
internal sealed class CharacterSymbols : BpeSymbols
{
    private readonly Dictionary<int, int> _idOfCharacter = [];
    private readonly HashSet<int> _byteTokens = [];
    private readonly int[]? _byteFallback;
    private readonly int? _unknownId;
    private readonly bool _fuseUnknown;

    /// <param name="vocabulary">Ids of tokens.</param>
    /// <param name="byteFallback">Whether byte tokens write what the vocabulary lacks.</param>
    /// <param name="unknownId">The id of what nothing else writes; null: it is left out, as the reference does.</param>
    /// <param name="fuseUnknown">Whether unknown characters in a row become one token.</param>
    public CharacterSymbols(IReadOnlyDictionary<string, int> vocabulary, bool byteFallback, int? unknownId, bool fuseUnknown)
    {
        foreach (var (token, id) in vocabulary)
        {
            if (Rune.DecodeFromUtf16(token, out var rune, out var consumed) == OperationStatus.Done && consumed == token.Length)
                _idOfCharacter[rune.Value] = id;
        }

        _byteFallback = byteFallback ? ByteTokens(vocabulary) : null;
        if (_byteFallback is not null)
            _byteTokens.UnionWith(_byteFallback);
        _unknownId = unknownId;
        _fuseUnknown = fuseUnknown;
    }

    /// <inheritdoc/>
    public override int Fill(ReadOnlySpan<char> piece, Span<int> symbols)
    {
        var count = 0;
        var afterUnknown = false;
        while (!piece.IsEmpty)
        {
            _ = Rune.DecodeFromUtf16(piece, out var rune, out var consumed);
            piece = piece[consumed..];
            var isUnknown = false;
            if (_idOfCharacter.TryGetValue(rune.Value, out var id))
                symbols[count++] = id;
            else if (_byteFallback is not null)
                count += FillBytes(rune, symbols[count..]);
            else
            {
                isUnknown = true;
                if (_unknownId is { } unknown && !(afterUnknown && _fuseUnknown))
                    symbols[count++] = unknown;
            }

            afterUnknown = isUnknown;
        }

        return count;
    }

    /// <inheritdoc/>
    public override string Spell(ReadOnlySpan<char> piece) => piece.ToString();

    /// <inheritdoc/>
    public override int ByteCount(int id, string token, ReadOnlySpan<char> rest)
    {
        if (_byteTokens.Contains(id))
            return 1;
        if (id != _unknownId)
            return Encoding.UTF8.GetByteCount(token);
        var bytes = 0;
        while (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done
            && !_idOfCharacter.ContainsKey(rune.Value))
        {
            bytes += rune.Utf8SequenceLength;
            rest = rest[consumed..];
            if (!_fuseUnknown)
                break;
        }

        return bytes;
    }

    private int FillBytes(Rune rune, Span<int> symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++)
            symbols[i] = _byteFallback![bytes[i]];
        return count;
    }

    private static int[]? ByteTokens(IReadOnlyDictionary<string, int> vocabulary)
    {
        var ids = new int[256];
        for (var value = 0; value < ids.Length; value++)
        {
            if (!vocabulary.TryGetValue($"<0x{value:X2}>", out ids[value]))
                return null;
        }

        return ids;
    }
}
