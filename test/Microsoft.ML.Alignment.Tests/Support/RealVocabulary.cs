using System.IO.Compression;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>The <c>tokenizer.json</c> of a published model, which the shared collection keeps packed.</summary>
internal static class RealVocabulary
{
    public static readonly string[] Models = ["qwen3", "gptoss", "deepseek_v3"];

    /// <summary>The text.</summary>
    public static string Json(string model)
    {
        using var packed = new GZipStream(File.OpenRead(Golden.Path($"tokenizers-real/{model}/tokenizer.json.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(packed);
        return reader.ReadToEnd();
    }
}
