using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>What a name in <c>tokenizer.ggml.pre</c> stands for, as sections of a <c>tokenizer.json</c>.</summary>
/// <param name="PreTokenizer">The section <c>pre_tokenizer</c>.</param>
/// <param name="Normalizer">The section <c>normalizer</c>.</param>
/// <param name="IgnoresMerges">Whether a piece that is a token is one as it stands.</param>
internal sealed record GgufSplitting(string PreTokenizer, string Normalizer = "null", bool IgnoresMerges = false)
{
    private const string WithPattern = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    private const string WithoutPattern = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";

    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Before = @"[^\r\n\p{L}\p{N}]?";
    private const string Contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
    private const string Others = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string O200kPattern = Before + Upper + "*" + Lower + "+" + Contraction + "|" + Before + Upper + "+" + Lower + "*" + Contraction
        + @"|\p{N}{1,3}" + Others;
    private const string TekkenPattern = Before + Upper + "*" + Lower + "+|" + Before + Upper + "+" + Lower + @"*|\p{N}" + Others;
    private const string DeepSeekPattern = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^" + "\r\n" + @"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
        + @"| ?[\p{P}\p{S}]+[" + "\r\n" + @"]*|\s*[" + "\r\n" + @"]+|\s+(?!\S)|\s+";

    private static readonly GgufSplitting Gpt2 = new(WithPattern);
    private static readonly GgufSplitting Digits = new(Sequence("""{"type":"Digits","individual_digits":true}""", WithPattern));
    private static readonly GgufSplitting Llama3 = new(Sequence(Split(Cl100kSplitter.ThreeDigitPattern), WithoutPattern), IgnoresMerges: true);
    private static readonly GgufSplitting Qwen2 =
        new(Sequence(Split(Cl100kSplitter.OneDigitPattern), WithoutPattern), Normalizer: """{"type":"NFC"}""");

    // llama.cpp merges where gpt-oss's own tokenizer takes a whole piece; ids are its own tokenizer's here.
    private static readonly GgufSplitting Gpt4o = new(Sequence(Split(O200kPattern), WithoutPattern), IgnoresMerges: true);

    private static readonly Dictionary<string, GgufSplitting> ByName = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = Gpt2, ["phi-2"] = Gpt2, ["olmo"] = Gpt2, ["mpt"] = Gpt2,
        ["smollm"] = Digits, ["refact"] = Digits, ["starcoder"] = Digits, ["command-r"] = Digits,
        ["llama-bpe"] = Llama3, ["llama3"] = Llama3, ["llama-v3"] = Llama3, ["falcon3"] = Llama3,
        ["dbrx"] = Llama3 with { IgnoresMerges = false }, ["smaug-bpe"] = Llama3 with { IgnoresMerges = false },
        ["qwen2"] = Qwen2, ["deepseek-r1-qwen"] = Qwen2,
        ["gpt-4o"] = Gpt4o, ["llama4"] = Gpt4o,
        ["tekken"] = new(Sequence(Split(TekkenPattern), WithoutPattern), IgnoresMerges: true),
        ["deepseek-v3"] = new(Sequence(Split(@"\p{N}{1,3}"), Split("[一-龥\u3040-ゟ゠-ヿ]+"), Split(DeepSeekPattern), WithoutPattern)),
        // llama.cpp's patterns for files that name none.
        ["default"] = new(Sequence(
            Split(@"[\p{P}\$\+<=>\^~\|]+"), Split(Gpt2Splitter.Pattern), Split(@"\p{N}+"), Split("[0-9][0-9][0-9]"), WithoutPattern)),
    };

    /// <summary>The splitting of a name.</summary>
    /// <exception cref="NotSupportedException">The name is not known; the message lists those that are.</exception>
    public static GgufSplitting Of(string name) => ByName.TryGetValue(name, out var splitting)
        ? splitting
        : throw new NotSupportedException(
                $"GGUF: tokenizer.ggml.pre '{name}' is not supported; supported are {string.Join(", ", ByName.Keys)}.");

    /// <summary>The name of the splitting of a <c>tokenizer.json</c>.</summary>
    /// <exception cref="NotSupportedException">It has no name here; the message lists those that are known.</exception>
    public static string NameOf(JsonNode tokenizer)
    {
        var ignoresMerges = tokenizer["model"]?["ignore_merges"]?.GetValue<bool>() ?? false;
        var found = (Plain(tokenizer["normalizer"]), Plain(tokenizer["pre_tokenizer"]), ignoresMerges);
        foreach (var (name, splitting) in ByName)
            if (found == (Plain(JsonNode.Parse(splitting.Normalizer)), Plain(JsonNode.Parse(splitting.PreTokenizer)), splitting.IgnoresMerges))
                return name;
        throw new NotSupportedException(
            $"GGUF names the way in which a tokenizer splits text, and that of this one has none: pre_tokenizer {found.Item2}, normalizer " +
            $"{found.Item1}, ignore_merges {found.Item3}. Known are {string.Join(", ", ByName.Keys)}.");
    }

    // Offsets are of no interest here, and a sequence of one is that one.
    private static string Plain(JsonNode? section)
    {
        if (section is JsonObject { } sequence && (sequence["pretokenizers"] ?? sequence["normalizers"]) is JsonArray { Count: <= 1 } parts)
            return Plain(parts.Count == 0 ? null : parts[0]);
        if (section is null)
            return "null";
        var plain = section.DeepClone();
        foreach (var stage in plain["pretokenizers"]?.AsArray().OfType<JsonObject>() ?? [plain.AsObject()])
            stage.Remove("trim_offsets");
        return plain.ToJsonString();
    }

    private static string Split(string pattern) =>
        $$$"""{"type":"Split","pattern":{"Regex":{{{JsonSerializer.Serialize(pattern)}}}},"behavior":"Isolated","invert":false}""";

    private static string Sequence(params string[] stages) => $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', stages)}}]}""";
}
