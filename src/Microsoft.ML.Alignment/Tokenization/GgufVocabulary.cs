using System.Collections;
using System.Globalization;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>What GGUF says a token is.</summary>
internal enum GgufTokenType
{
    /// <summary>Ordinary.</summary>
    Normal = 1,
    /// <summary>Stands for what the vocabulary lacks.</summary>
    Unknown = 2,
    /// <summary>Controls the model.</summary>
    Control = 3,
    /// <summary>Found in the text before it is split.</summary>
    UserDefined = 4,
    /// <summary>Not used.</summary>
    Unused = 5,
    /// <summary>One byte.</summary>
    Byte = 6,
}

/// <summary>The keys <c>tokenizer.ggml.*</c> of a GGUF file, with the defaults that llama.cpp gives them.</summary>
internal sealed class GgufVocabulary
{
    private const string KeyPrefix = "tokenizer.ggml.";

    private readonly IReadOnlyDictionary<string, object> _metadata;
    private readonly int[] _types;

    /// <param name="metadata">The file's metadata.</param>
    public GgufVocabulary(IReadOnlyDictionary<string, object> metadata)
    {
        _metadata = metadata;
        Kind = Required("model") as string ?? throw Wrong("model", "a string");
        Tokens = [.. Array<string>("tokens") ?? throw Wrong("tokens", "an array of strings")];
        _types = [.. Array<object>("token_type")?.Select(type => Convert.ToInt32(type, CultureInfo.InvariantCulture)) ?? []];
        if (_types.Length != 0 && _types.Length != Tokens.Length)
            throw Wrong("token_type", $"an array as long as {KeyPrefix}tokens ({Tokens.Length})");
        CheckTokens();
    }

    /// <summary>The kind of tokenizer: <c>gpt2</c>, <c>llama</c>, ….</summary>
    public string Kind { get; }

    /// <summary>The tokens, by id.</summary>
    public string[] Tokens { get; }

    /// <summary>The name of the way in which text is split before merging.</summary>
    public string Splitting => Optional("pre") as string ?? "default";

    /// <summary>The merges of a byte-level vocabulary, each <c>left right</c>.</summary>
    public IEnumerable<string> Merges => Array<string>("merges") ?? throw Wrong("merges", "an array of strings");

    /// <summary>Whether a text gets a space in front.</summary>
    public bool AddsSpacePrefix => Optional("add_space_prefix") as bool? ?? Kind == "llama";

    /// <summary>Whether a text gets the BOS token in front.</summary>
    public bool AddsBos => Optional("add_bos_token") as bool? ?? (Kind == "llama" || Splitting == "llama-bpe");

    /// <summary>Whether a text gets the EOS token behind it.</summary>
    public bool AddsEos => Optional("add_eos_token") as bool? ?? false;

    /// <summary>The BOS token; null if there is none.</summary>
    public int? BosId => Id("bos_token_id");

    /// <summary>The EOS token; null if there is none.</summary>
    public int? EosId => Id("eos_token_id");

    /// <summary>The token for what the vocabulary lacks; null if there is none.</summary>
    public int? UnknownId => Id("unknown_token_id");

    /// <summary>What a token is.</summary>
    /// <remarks>In a file without types, tokens that the file names and those that look like markup control the model.</remarks>
    public GgufTokenType TypeOf(int id)
    {
        if (_types.Length > 0)
            return (GgufTokenType)_types[id];
        return id == BosId || id == EosId || Tokens[id] is ['<', '|', .., '|', '>'] ? GgufTokenType.Control : GgufTokenType.Normal;
    }

    /// <summary>
    /// The merges that a SentencePiece vocabulary stands for: SentencePiece joins the two neighbours whose union has the highest score, so
    /// each token is a merge for every way in which it is made of two.
    /// </summary>
    public IEnumerable<(string Left, string Right)> MergesOfScores()
    {
        var values = Array<object>("scores") ?? throw Wrong("scores", "an array of numbers");
        var scores = values.Select(score => Convert.ToSingle(score, CultureInfo.InvariantCulture)).ToArray();
        if (scores.Length != Tokens.Length)
            throw Wrong("scores", $"an array as long as {KeyPrefix}tokens ({Tokens.Length})");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < Tokens.Length; id++)
        {
            if (TypeOf(id) == GgufTokenType.Normal)
                ids[Tokens[id]] = id;
        }

        CheckHalves(ids.Keys);
        return ids.SelectMany(token => HalvesOf(token.Key, ids).Select(halves => (halves.Left, halves.Right, Id: token.Value)))
            .OrderByDescending(merge => scores[merge.Id])
            .ThenBy(merge => ids[merge.Left])
            .ThenBy(merge => ids[merge.Right])
            .Select(merge => (merge.Left, merge.Right));
    }

    private void CheckTokens()
    {
        const int Longest = 4096;
        var ids = new Dictionary<string, int>(Tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < Tokens.Length; id++)
        {
            if (Tokens[id].Length > Longest)
                throw new FormatException($"GGUF: token {id} has {Tokens[id].Length} characters; at most {Longest} are allowed.");
            if (!ids.TryAdd(Tokens[id], id))
                throw new FormatException($"GGUF: tokens {ids[Tokens[id]]} and {id} are both '{Tokens[id]}'; a token must have one id.");
        }
    }

    // Each way to cut a token looks at all of it. Vocabularies of a quarter of a million words take some ten million characters.
    private static void CheckHalves(IEnumerable<string> tokens)
    {
        const long Most = 200_000_000;
        if (tokens.Sum(token => (long)token.Length * token.Length) > Most)
            throw new FormatException(
                $"GGUF: the tokens are so long that the ways in which each is made of two others have more than {Most} characters, which is no " +
                "vocabulary.");
    }

    private IEnumerable<(string Left, string Right)> HalvesOf(string token, Dictionary<string, int> ids)
    {
        var tokens = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var middle = 1; middle < token.Length; middle++)
        {
            if (tokens.TryGetValue(token.AsSpan(0, middle), out var left) && tokens.TryGetValue(token.AsSpan(middle), out var right))
                yield return (Tokens[left], Tokens[right]);
        }
    }

    private object Required(string key) => Optional(key)
        ?? throw new FormatException($"GGUF: the metadata has no '{KeyPrefix}{key}'; the file must hold its tokenizer.");

    private object? Optional(string key) => _metadata.GetValueOrDefault(KeyPrefix + key);

    private IEnumerable<T>? Array<T>(string key) => (Optional(key) as IEnumerable)?.Cast<T>();

    private int? Id(string key)
    {
        if (Optional(key) is not { } value)
            return null;
        var id = Convert.ToInt64(value, CultureInfo.InvariantCulture);
        return id >= 0 && id < Tokens.Length ? (int)id : throw Wrong(key, $"a token id below {Tokens.Length}");
    }

    private FormatException Wrong(string key, string expected) =>
        new($"GGUF: '{KeyPrefix}{key}' is {Optional(key) ?? "missing"}; it must be {expected}.");
}
