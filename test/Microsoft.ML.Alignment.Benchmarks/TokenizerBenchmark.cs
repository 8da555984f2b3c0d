using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Hugging = Tokenizers.DotNet.Tokenizer;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures tokenizers on English text on one thread, beside Hugging Face's own library.</summary>
internal static class TokenizerBenchmark
{
    /// <summary>The argument that asks for it.</summary>
    public const string Option = "--tokenizers";

    private const int PartCharacters = 4_000;
    private const int Bytes = 4 << 20;

    private static readonly string[] Vocabularies =
        ["tokenizers/gpt2", "tokenizers/llama2", "tokenizers/unigram-style", "tokenizers-real/qwen3", "tokenizers-real/gptoss", "tokenizers-real/deepseek_v3"];

    /// <summary>Measures each vocabulary and prints MB/s.</summary>
    public static void Run(string dataPath)
    {
        var parts = Parts(dataPath);
        Warm(parts);
        var megabytes = parts.Sum(part => (double)Encoding.UTF8.GetByteCount(part)) / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{megabytes:0.0} MB of English in parts of {PartCharacters} characters, one thread, MB/s"));
        Console.WriteLine("| vocabulary | ours, words new | ours, words known | Hugging Face |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var vocabulary in Vocabularies)
        {
            var json = Json(SharedFiles.Folder("golden/" + vocabulary));
            var ours = ModelTokenizer.FromJson(json);
            var first = Seconds(parts, part => ours.EncodeText(part));
            var again = Seconds(parts, part => ours.EncodeText(part));
            var path = Path.GetTempFileName();
            File.WriteAllText(path, json);
            using var other = new Hugging(vocabPath: path);
            var theirs = Seconds(parts, part => other.Encode(part));
            File.Delete(path);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {vocabulary} | {megabytes / first:0.0} | {megabytes / again:0.0} | {megabytes / theirs:0.0} |"));
        }
    }

    // What is compiled is not measured; words that are remembered are those of another instance.
    private static void Warm(IReadOnlyList<string> parts)
    {
        foreach (var vocabulary in Vocabularies)
        {
            var tokenizer = ModelTokenizer.FromJson(Json(SharedFiles.Folder("golden/" + vocabulary)));
            Seconds(parts, part => tokenizer.EncodeText(part));
        }
    }

    private static double Seconds(IReadOnlyList<string> parts, Action<string> encode)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var part in parts)
            encode(part);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static List<string> Parts(string dataPath)
    {
        var text = File.ReadAllText(dataPath);
        text = text[..Math.Min(text.Length, Bytes)];
        return [.. text.Chunk(PartCharacters).Select(characters => new string(characters))];
    }

    private static string Json(string folder)
    {
        var packed = Path.Combine(folder, "tokenizer.json.gz");
        if (!File.Exists(packed))
            return File.ReadAllText(Path.Combine(folder, "tokenizer.json"));
        using var reader = new StreamReader(new GZipStream(File.OpenRead(packed), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
