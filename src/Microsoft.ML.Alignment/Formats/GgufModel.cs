using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads a model from a GGUF file, as if it lay in a Hugging Face folder.</summary>
internal static class GgufModel
{
    public const string Embedding = "token_embd.weight";
    public const string Head = "output.weight";

    /// <summary>Reads a model.</summary>
    /// <exception cref="NotSupportedException">
    /// An architecture, setting, tokenizer, tensor or quantisation that is not implemented.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is damaged, or lacks something.</exception>
    public static PretrainedFiles Read(string path)
    {
        var file = GgufParts.Open(path);
        try
        {
            return file.Names.Count > 0
                ? Read(file)
                : throw new InvalidDataException($"'{path}' holds no tensor; a model's file has its weights. Get it again.");
        }
        catch
        {
            ((IDisposable)file).Dispose();
            throw;
        }
    }

    private static PretrainedFiles Read(IGgufContents file)
    {
        var config = new GgufConfig(file);
        var names = new GgufTensorNames(config.Family.Names);
        var files = new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = JsonText.Write(config.Config),
            [ModelFiles.GenerationConfig] = JsonText.Write(config.GenerationConfig),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(TokenizerJson(file)),
            [ModelFiles.TokenizerConfig] = JsonText.Write(TokenizerConfig(file)),
        };
        if (GgufCarriedMetadata.ToJson(file.Metadata, config.Family.Gguf.Architecture) is { } carried)
            files[ModelFiles.GgufMetadata] = carried;
        return new(new(files), [.. file.Names.Except(GgufRotary.Tensors).Select(name => Weight(file, config, names, name))]);
    }

    private static StoredTensor Weight(IGgufContents file, GgufConfig config, GgufTensorNames names, string name)
    {
        var facts = config.Family.Gguf;
        var stored = file.Tensor(name);
        var found = names.Find(name) ?? throw new NotSupportedException(
            $"'{file.Path}' holds tensor '{name}', which is not implemented for {config.Family.Architecture}. Ignoring it could change what " +
            "the model computes.");
        var canonical = found.HuggingFace;
        if (facts.NormsArePlusOne && found.IsNorm)
            return ComputedTensor.LessOne(stored, canonical);
        if (facts.LinearsAreTransposed && found.IsMatrix && stored.Shape.Length == 2)
            return ComputedTensor.Transposed(stored, canonical);
        var heads = GgufHeads.CountOf(facts, name, config.HeadCount, config.KeyValueHeadCount);
        if (heads == 0)
            return new RenamedTensor(stored, canonical);
        return stored.Shape[0] == (long)heads * config.HeadSize
            ? new HalvedHeadsTensor(stored, canonical, config.HeadSize)
            : throw new InvalidDataException(
                $"'{file.Path}': tensor '{name}' has {stored.Shape[0]} rows; {heads} heads of {config.HeadSize} have " +
                $"{(long)heads * config.HeadSize}.");
    }

    private static string TokenizerJson(IGgufContents file)
    {
        try
        {
            return GgufTokenizer.FromMetadata(file.Metadata).Json;
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"'{file.Path}': {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"'{file.Path}' holds no tokenizer that can be read: {e.Message}", e);
        }
    }

    private static JsonObject TokenizerConfig(IGgufContents file)
    {
        var config = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        var tokens = (string[])file.Metadata["tokenizer.ggml.tokens"];
        var settings = new GgufSettings(file);
        foreach (var (key, role) in (ReadOnlySpan<(string, string)>)[("bos", "bos"), ("eos", "eos"), ("unknown", "unk"), ("padding", "pad")])
        {
            if (settings.FindCount($"tokenizer.ggml.{key}_token_id") is { } id)
                config[$"{role}_token"] = id < tokens.Length ? tokens[id] : throw new InvalidDataException(
                    $"'{file.Path}': the {key} token has id {id}; there are {tokens.Length} tokens.");
        }

        if (ChatTemplates(file, settings) is { } templates)
            config["chat_template"] = templates;
        return config;
    }

    private static JsonNode? ChatTemplates(IGgufContents file, GgufSettings settings)
    {
        const string Key = "tokenizer.chat_template";
        var template = settings.FindText(Key);
        var names = file.Metadata.Keys.Where(key => key.StartsWith(Key + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        if (names.Length == 0)
            return template;
        var all = names.Select(name => (Name: name[(Key.Length + 1)..], Source: settings.FindText(name)!));
        if (template is not null)
            all = all.Prepend(("default", template));
        return new JsonArray([.. all.Select(each => new JsonObject { ["name"] = each.Name, ["template"] = each.Source })]);
    }
}
