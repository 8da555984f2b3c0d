using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Samples.Verbs;

/// <summary>Learns a byte-level BPE tokenizer (Sennrich et al., 2016, arXiv:1508.07909) and writes it as a <c>tokenizer.json</c>.</summary>
internal static partial class TinyTokenizer
{
    /// <summary>Ends every turn.</summary>
    public const string EndToken = "<|end|>";

    private static readonly string[] SpecialTokens = [EndToken, "<|user|>", "<|assistant|>"];

    /// <summary>Learns merges from texts.</summary>
    /// <param name="texts">What the model will read.</param>
    /// <param name="merges">Number of merges.</param>
    public static string Train(IEnumerable<string> texts, int merges)
    {
        var words = texts.SelectMany(text => Words().Matches(text)).CountBy(match => match.Value)
            .Select(word => (Symbols: ToSymbols(word.Key), Count: word.Value)).ToList();
        var learned = new List<(string Left, string Right)>();
        while (learned.Count < merges && MostFrequentPair(words) is { } pair)
        {
            learned.Add(pair);
            foreach (var (symbols, _) in words)
                Merge(symbols, pair);
        }

        return ToJson(learned);
    }

    private static (string Left, string Right)? MostFrequentPair(List<(List<string> Symbols, int Count)> words)
    {
        var counts = new Dictionary<(string, string), int>();
        foreach (var (symbols, count) in words)
        {
            foreach (var pair in symbols.Zip(symbols.Skip(1)))
                counts[pair] = counts.GetValueOrDefault(pair) + count;
        }

        return counts.Count == 0 ? null : counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First().Key;
    }

    private static void Merge(List<string> symbols, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] != pair.Left || symbols[i + 1] != pair.Right)
                continue;
            symbols[i] += symbols[i + 1];
            symbols.RemoveAt(i + 1);
        }
    }

    private static List<string> ToSymbols(string word) => [.. Encoding.UTF8.GetBytes(word).Select(value => Alphabet(value).ToString())];

    // Byte-level tokenizers write a byte as a printable character: itself where it is one, else one of those from U+0100 on, in order.
    private static char Alphabet(byte value) => IsPrintable(value) ? (char)value : (char)(256 + Enumerable.Range(0, value).Count(other => !IsPrintable(other)));

    private static bool IsPrintable(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static string ToJson(List<(string Left, string Right)> merges)
    {
        var bytes = Enumerable.Range(0, 256).Select(value => Alphabet((byte)value).ToString());
        var tokens = SpecialTokens.Concat(bytes).Concat(merges.Select(merge => merge.Left + merge.Right)).Distinct();
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = SpecialTokens.Select((content, id) =>
                new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new
            {
                type = "BPE",
                vocab = tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id),
                merges = merges.Select(merge => $"{merge.Left} {merge.Right}"),
            },
        });
    }

    // The pieces that GPT-2's tokenizer merges within.
    [GeneratedRegex(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();
}
