namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// The small files of a model, by their Hugging Face names: <c>config.json</c>, <c>tokenizer.json</c> and what else came with it.
/// </summary>
/// <remarks>
/// They are kept byte for byte, so that a saved model has what it was loaded with; a GGUF file's metadata is turned into them.
/// </remarks>
internal sealed class ModelFiles(IReadOnlyDictionary<string, byte[]> files)
{
    public const string Config = "config.json";
    public const string GenerationConfig = "generation_config.json";
    public const string Tokenizer = "tokenizer.json";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string SpecialTokensMap = "special_tokens_map.json";
    public const string ChatTemplate = "chat_template.jinja";
    public const string GgufMetadata = "gguf_metadata.json";
    public const string ChatTemplateJson = "chat_template.json";

    /// <summary>Gets the names of the files.</summary>
    public IEnumerable<string> Names => files.Keys;

    /// <summary>The files with one of them added or replaced.</summary>
    public ModelFiles With(string name, byte[] bytes) => new(new Dictionary<string, byte[]>(files) { [name] = bytes });

    /// <summary>Gets a file's bytes; null if there is none.</summary>
    public byte[]? Bytes(string name) => files.GetValueOrDefault(name);

    /// <summary>Gets a file's text; null if there is none.</summary>
    public string? Text(string name) => Bytes(name) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;
}
