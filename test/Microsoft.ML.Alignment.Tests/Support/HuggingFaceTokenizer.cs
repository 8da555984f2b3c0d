using Hugging = Tokenizers.DotNet.Tokenizer;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Hugging Face's own tokenizer library.</summary>
internal sealed class HuggingFaceTokenizer(string path) : IDisposable
{
    private readonly Hugging _tokenizer = new(vocabPath: path);

    /// <summary>The ids, with special tokens.</summary>
    public int[] Encode(string text) => [.. _tokenizer.Encode(text).Select(id => (int)id)];

    /// <summary>The text, without special tokens.</summary>
    public string Decode(int[] ids) => _tokenizer.Decode([.. ids.Select(id => (uint)id)]);

    public void Dispose() => (_tokenizer as IDisposable)?.Dispose();
}

/// <summary>A theory that needs Hugging Face's native library, and files of the shared collection.</summary>
public sealed class HuggingFaceTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> Problem = new(Try);

    public HuggingFaceTheoryAttribute(params string[] paths) => Skip = Problem.Value ?? (paths.Length == 0 ? null : SharedData.ReasonToSkip(paths));

    private static string? Try()
    {
        try
        {
            using var tokenizer = new HuggingFaceTokenizer(Golden.Path("tokenizers/gpt2-style/tokenizer.json"));
            return tokenizer.Encode("a").Length > 0 ? null : "Hugging Face's tokenizers gave nothing";
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or TypeInitializationException)
        {
            return $"Hugging Face's native library does not load here: {exception.Message}";
        }
    }
}
