using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Alignment.Tokenization.Jinja;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Receives what a text is cut into, in order.</summary>
internal abstract class PieceSink
{
    /// <summary>An added token.</summary>
    public abstract void AddToken(int id, ReadOnlySpan<char> text);

    /// <summary>A piece that the model encodes.</summary>
    public abstract void AddPiece(ReadOnlySpan<char> piece);
}

/// <summary>Cuts text at added tokens, normalizes what lies between them and splits it into pieces.</summary>
internal sealed class TextPipeline
{
    private readonly AddedTokens _tokens;
    private readonly AddedTokens _normalizedTokens;
    private readonly TextNormalizer? _normalizer;
    private readonly SpaceMark? _spaceMark;
    private readonly PieceSplitter? _splitter;

    /// <param name="parts">The parts of the tokenizer.</param>
    public TextPipeline(TokenizerParts parts)
    {
        _normalizer = parts.Normalizer;
        _spaceMark = parts.SpaceMark;
        _splitter = parts.Splitter;
        _tokens = new AddedTokens(parts.AddedTokens.Where(token => !token.IsNormalized).Select(token => (token, token.Content)));
        _normalizedTokens = new AddedTokens(
            parts.AddedTokens.Where(token => token.IsNormalized).Select(token => (token, Normalize(token.Content))));
    }

    /// <summary>Cuts a text.</summary>
    /// <param name="text">The text; special tokens are recognised where it is trusted.</param>
    /// <param name="isContinuation">Whether it continues another: nothing is put in front of it.</param>
    /// <param name="sink">Receives the pieces.</param>
    /// <param name="settings">Which steps are done.</param>
    public void Run(MarkedText text, bool isContinuation, PieceSink sink, EncodeSettings settings)
    {
        foreach (var segment in _tokens.Split(text))
        {
            var part = text.Slice(segment.Start, segment.End - segment.Start);
            if (segment.Id is { } id)
                sink.AddToken(id, part.Text);
            else
                RunSection(part, (segment.Start == 0, isContinuation), sink, settings);
        }
    }

    private void RunSection(MarkedText section, (bool IsFirst, bool IsContinuation) place, PieceSink sink, EncodeSettings settings)
    {
        if (settings.ConsiderNormalization && _normalizer is not null)
            section = _normalizer.Apply(section, place.IsFirst && place.IsContinuation);
        foreach (var segment in _normalizedTokens.Split(section))
        {
            var part = section.Text.AsSpan(segment.Start, segment.End - segment.Start);
            if (segment.Id is { } id)
                sink.AddToken(id, part);
            else if (settings.ConsiderPreTokenization)
                RunPieces(part, place with { IsFirst = place.IsFirst && segment.Start == 0 }, sink);
            else
                sink.AddPiece(part);
        }
    }

    private void RunPieces(ReadOnlySpan<char> text, (bool IsFirst, bool IsContinuation) place, PieceSink sink)
    {
        if (_spaceMark is not null)
            text = _spaceMark.Apply(text, place.IsFirst, place.IsFirst && place.IsContinuation);
        if (_splitter is null)
        {
            sink.AddPiece(text);
            return;
        }

        var ends = new List<int>(8 + (text.Length / 4));
        _splitter.Split(text, 0, ends);
        var start = 0;
        foreach (var end in CollectionsMarshal.AsSpan(ends))
        {
            sink.AddPiece(text[start..end]);
            start = end;
        }
    }

    private string Normalize(string content) => _normalizer?.Apply(MarkedText.Trusted(content), isContinuation: false).Text ?? content;
}

/// <summary>Collects ids.</summary>
internal sealed class IdSink(TokenModel model, int capacity) : PieceSink
{
    /// <summary>The ids so far.</summary>
    public List<int> Ids { get; } = new(capacity);

    /// <inheritdoc/>
    public override void AddToken(int id, ReadOnlySpan<char> text) => Ids.Add(id);

    /// <inheritdoc/>
    public override void AddPiece(ReadOnlySpan<char> piece) => model.Encode(piece, Ids);
}

/// <summary>Collects tokens with the places in the normalized text that they stand for.</summary>
internal sealed class TokenSink(TokenModel model, IReadOnlyDictionary<int, string> tokenOfId) : PieceSink
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _ids = [];

    /// <summary>The tokens so far.</summary>
    public List<EncodedToken> Tokens { get; } = [];

    /// <summary>The normalized text so far.</summary>
    public string Text => _text.ToString();

    /// <inheritdoc/>
    public override void AddToken(int id, ReadOnlySpan<char> text)
    {
        Tokens.Add(new EncodedToken(id, tokenOfId[id], new Range(_text.Length, _text.Length + text.Length)));
        _text.Append(text);
    }

    /// <inheritdoc/>
    public override void AddPiece(ReadOnlySpan<char> piece)
    {
        _ids.Clear();
        model.Encode(piece, _ids);
        int start = 0, bytesAhead = 0;
        foreach (var (id, bytes) in _ids.Zip(model.ByteCounts(piece, _ids, tokenOfId)))
        {
            var token = tokenOfId[id];
            bytesAhead += bytes;
            var end = start;
            // A token may end within a character; that belongs to each token that has a part of it.
            while (end < piece.Length && bytesAhead > 0)
            {
                Rune.DecodeFromUtf16(piece[end..], out var rune, out var consumed);
                if (bytesAhead < rune.Utf8SequenceLength)
                    break;
                bytesAhead -= rune.Utf8SequenceLength;
                end += consumed;
            }

            var shown = bytesAhead > 0 && end < piece.Length ? end + (char.IsHighSurrogate(piece[end]) ? 2 : 1) : end;
            Tokens.Add(new EncodedToken(id, token, new Range(_text.Length + start, _text.Length + Math.Min(shown, piece.Length))));
            start = end;
        }

        _text.Append(piece);
    }
}
