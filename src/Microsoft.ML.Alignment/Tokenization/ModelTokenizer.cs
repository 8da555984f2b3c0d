using System.Buffers;
using Microsoft.ML.Alignment.Tokenization.Jinja;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Alignment;

/// <summary>The tokenizer of a language model, as its <c>tokenizer.json</c> describes it.</summary>
/// <remarks>
/// Byte-pair encodings, byte-level (GPT-2, Llama 3, Qwen 2, SmolLM) and SentencePiece's with byte fallback (Llama 2), and unigram models. The
/// ids are those of Hugging Face's tokenizers. Instances are immutable and safe to use from several threads.
/// </remarks>
public sealed class ModelTokenizer : Tokenizer
{
    private static readonly EncodeSettings AllSteps = new() { ConsiderNormalization = true, ConsiderPreTokenization = true };

    private readonly TokenizerParts _parts;
    private readonly TextPipeline _pipeline;
    private readonly Dictionary<int, string> _tokenOfId;
    private readonly HashSet<int> _specialIds;
    private readonly HashSet<int> _addedIds;

    private ModelTokenizer(string json)
    {
        Json = json;
        _parts = TokenizerJson.Read(json);
        _pipeline = new TextPipeline(_parts);
        _tokenOfId = new Dictionary<int, string>(_parts.Vocabulary.Count);
        foreach (var (token, id) in _parts.Vocabulary)
            _tokenOfId[id] = token;
        _specialIds = [.. _parts.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id)];
        _addedIds = [.. _parts.AddedTokens.Select(token => token.Id)];
        VocabularySize = _tokenOfId.Keys.Max() + 1;
    }

    /// <summary>Reads a tokenizer from the text of a <c>tokenizer.json</c>.</summary>
    /// <param name="tokenizerJson">The text of the file.</param>
    /// <exception cref="NotSupportedException">A component is not supported; the message names it and what is.</exception>
    /// <exception cref="FormatException">The text is not a <c>tokenizer.json</c>.</exception>
    public static ModelTokenizer FromJson(string tokenizerJson)
    {
        ArgumentNullException.ThrowIfNull(tokenizerJson);
        return new ModelTokenizer(tokenizerJson);
    }

    /// <summary>Gets the text of the <c>tokenizer.json</c> that this tokenizer was read from.</summary>
    public string Json { get; }

    /// <summary>Gets the number of token ids, added tokens included: the largest id plus one.</summary>
    public int VocabularySize { get; }

    /// <summary>Gets the ids that the post-processor puts before a text (a BOS token, for example).</summary>
    public IReadOnlyList<int> Prefix => _parts.Prefix;

    /// <summary>Gets the ids that the post-processor puts behind a text.</summary>
    public IReadOnlyList<int> Suffix => _parts.Suffix;

    /// <summary>Encodes markup of ours (a rendered chat template): special tokens in it are recognised. Adds no token.</summary>
    /// <param name="text">The text; never use this for text of others.</param>
    public int[] EncodeMarkup(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(MarkedText.Trusted(text));
    }

    /// <summary>
    /// Encodes text of others: what reads like a special token in it becomes ordinary pieces. Added tokens that are not special (words that
    /// the vocabulary got later) are recognised. Adds no token.
    /// </summary>
    /// <param name="text">The text.</param>
    public int[] EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(MarkedText.Untrusted(text));
    }

    /// <summary>Encodes like <see cref="EncodeMarkup"/>, with <see cref="Prefix"/> before and <see cref="Suffix"/> behind it.</summary>
    /// <param name="text">The text; never use this for text of others.</param>
    public int[] EncodeWithSpecialTokens(string text) => [.. Prefix, .. EncodeMarkup(text), .. Suffix];

    /// <summary>Turns ids into text; ids that are no token are left out.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Decode(ids, skipSpecialTokens, _parts.Decoders);
    }

    /// <summary>Gets the id of a token by its exact content; null if there is none.</summary>
    /// <param name="token">The token as the vocabulary writes it.</param>
    public int? IdOf(string token) => _parts.Vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>Gets the content of a token as the vocabulary writes it; null if the id is unknown.</summary>
    /// <param name="id">The id.</param>
    public string? TokenOf(int id) => _tokenOfId.GetValueOrDefault(id);

    /// <summary>Whether the token is marked special.</summary>
    /// <param name="id">The id.</param>
    public bool IsSpecial(int id) => _specialIds.Contains(id);

    /// <summary>Whether the token is found in the text before the model splits it.</summary>
    internal bool IsAdded(int id) => _addedIds.Contains(id);

    /// <summary>Whether the token is one byte, whose text depends on the bytes around it.</summary>
    internal bool IsFallbackByte(int id) =>
        _parts.Decoders.Any(decoder => decoder is ByteFallbackDecoder) && TokenOf(id) is { } token && ByteFallbackDecoder.ByteOf(token) is not null;

    /// <summary>Encodes a text in which special tokens are recognised where it is trusted.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isContinuation">Whether it continues a text encoded before: no space is put in front of it.</param>
    internal int[] Encode(MarkedText text, bool isContinuation = false) => [.. EncodeIds(text, isContinuation, AllSteps)];

    /// <summary>Turns ids that continue a text into what they add to it: their first space stays.</summary>
    internal string DecodeContinuation(IEnumerable<int> ids, bool skipSpecialTokens) =>
        Decode(ids, skipSpecialTokens, _parts.Decoders.Select(decoder => decoder.Continuing).OfType<TokenDecoder>());

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int[] all = [.. ids];
        var known = Array.FindIndex(all, id => !_tokenOfId.ContainsKey(id)) is >= 0 and var unknown ? unknown : all.Length;
        int fitting = 0, tooMany = known + 1;
        var text = "";
        while (fitting + 1 < tooMany)
        {
            var tried = fitting == 0 && tooMany == known + 1 ? known : (fitting + tooMany) / 2;
            var decoded = Decode(all.AsSpan(0, tried).ToArray(), skipSpecialTokens: false);
            (fitting, tooMany, text) = decoded.Length <= destination.Length ? (tried, tooMany, decoded) : (fitting, tried, text);
        }

        text.CopyTo(destination);
        (idsConsumed, charsWritten) = (fitting, text.Length);
        return fitting < known ? OperationStatus.DestinationTooSmall
            : known < all.Length ? OperationStatus.InvalidData
            : OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var sink = new TokenSink(_parts.Model, _tokenOfId);
        foreach (var id in Prefix)
            sink.AddToken(id, []);
        _pipeline.Run(MarkedText.Trusted(text ?? textSpan.ToString()), isContinuation: false, sink, settings);
        foreach (var id in Suffix)
            sink.AddToken(id, []);
        var tokens = sink.Tokens.Count > settings.MaxTokenCount ? sink.Tokens.GetRange(0, settings.MaxTokenCount) : sink.Tokens;
        return new EncodeResults<EncodedToken>
        {
            Tokens = tokens,
            NormalizedText = sink.Text,
            CharsConsumed = tokens.Count == 0 ? 0 : tokens.Count < sink.Tokens.Count ? tokens[^1].Offset.End.Value : sink.Text.Length,
        };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (settings.MaxTokenCount == int.MaxValue)
        {
            var input = text ?? textSpan.ToString();
            int[] ids = [.. Prefix, .. EncodeIds(MarkedText.Trusted(input), false, settings), .. Suffix];
            return new EncodeResults<int> { Tokens = ids, NormalizedText = null, CharsConsumed = input.Length };
        }

        var tokens = EncodeToTokens(text, textSpan, settings);
        return new EncodeResults<int>
        {
            Tokens = [.. tokens.Tokens.Select(token => token.Id)],
            NormalizedText = tokens.NormalizedText,
            CharsConsumed = tokens.CharsConsumed,
        };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        Math.Min(
            settings.MaxTokenCount,
            Prefix.Count + EncodeIds(MarkedText.Trusted(text ?? textSpan.ToString()), false, settings).Count + Suffix.Count);

    private List<int> EncodeIds(MarkedText text, bool isContinuation, EncodeSettings settings)
    {
        var sink = new IdSink(_parts.Model, 8 + (text.Length / 3));
        _pipeline.Run(text, isContinuation, sink, settings);
        return sink.Ids;
    }

    private string Decode(IEnumerable<int> ids, bool skipSpecialTokens, IEnumerable<TokenDecoder> decoders)
    {
        var shown = ids.Where(id => _tokenOfId.ContainsKey(id) && !(skipSpecialTokens && IsSpecial(id)));
        IReadOnlyList<string> tokens = [.. shown.Select(id => _tokenOfId[id])];
        foreach (var decoder in decoders)
            tokens = decoder.Apply(tokens);
        return string.Concat(tokens);
    }
}
