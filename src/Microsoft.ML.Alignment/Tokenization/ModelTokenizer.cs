using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Alignment;

/// <summary>The tokenizer of a language model, as its <c>tokenizer.json</c> describes it.</summary>
public sealed class ModelTokenizer : Tokenizer
{
    /// <summary>Reads a tokenizer from the text of a <c>tokenizer.json</c>.</summary>
    public static ModelTokenizer FromJson(string tokenizerJson) => throw new NotImplementedException();

    /// <summary>Gets the number of token ids, added tokens included.</summary>
    public int VocabularySize => throw new NotImplementedException();

    /// <summary>Encodes markup of ours (a rendered chat template): special tokens in it are recognised. Adds no token.</summary>
    public int[] EncodeMarkup(string text) => throw new NotImplementedException();

    /// <summary>Encodes text of others: nothing in it becomes a control token. Adds no token.</summary>
    public int[] EncodeText(string text) => throw new NotImplementedException();

    /// <summary>Encodes like EncodeMarkup and adds what the post-processor adds (a BOS token, for example).</summary>
    public int[] EncodeWithSpecialTokens(string text) => throw new NotImplementedException();

    /// <summary>The ids the post-processor puts before (after) a single text.</summary>
    public IReadOnlyList<int> Prefix => throw new NotImplementedException();
    /// <summary>The ids the post-processor puts after a single text.</summary>
    public IReadOnlyList<int> Suffix => throw new NotImplementedException();

    /// <summary>Turns ids into text.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens) => throw new NotImplementedException();

    /// <summary>Gets the id of a token by its exact content; null if there is none.</summary>
    public int? IdOf(string token) => throw new NotImplementedException();

    /// <summary>Gets the content of a token; null if the id is unknown.</summary>
    public string? TokenOf(int id) => throw new NotImplementedException();

    /// <summary>Whether the token is marked special.</summary>
    public bool IsSpecial(int id) => throw new NotImplementedException();

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) => throw new NotImplementedException();
    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) => throw new NotImplementedException();
}
