using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>What the metadata of a GGUF file says of tokens: the tokenizer, the ids that mean something, and the chat template.</summary>
internal static class GgufTokenKeys
{
    // Readers end a completion at each of these.
    private static readonly string[] Ends = ["eos", "eot", "eom"];

    /// <summary>The keys with their values.</summary>
    /// <exception cref="InvalidOperationException">The model has no tokenizer.</exception>
    /// <exception cref="NotSupportedException">Something that such files cannot say.</exception>
    public static IEnumerable<KeyValuePair<string, object>> Of(LanguageModel model)
    {
        var (config, tokenizer) = (model.Config, model.Tokenizer);
        foreach (var pair in GgufTokenizerMetadata.Of(tokenizer, config.VocabularySize))
            yield return pair;
        var roles = ChatTemplateReader.SpecialTokensOf(model.Files);
        var bos = tokenizer.Prefix is [var first] ? first : config.BosTokenId ?? IdOf("bos_token");
        RequireSayable(tokenizer, bos);
        foreach (var (role, id) in new[] { ("bos", bos), ("unknown", IdOf("unk_token") ?? Unknown(tokenizer)), ("padding", Padding(model)) })
            if (id is { } known)
                yield return Id(role, known);
        foreach (var (role, id) in Ends.Zip(config.EosTokenIds))
            yield return Id(role, id);
        if (config.EosTokenIds.Count > Ends.Length)
            yield return new(GgufConfig.EndTokens, config.EosTokenIds.ToArray());
        if (model.ChatTemplate is { } template)
            yield return new("tokenizer.chat_template", template.Source);

        int? IdOf(string role) => roles.TryGetValue(role, out var token) ? tokenizer.IdOf(token) : null;
    }

    private static KeyValuePair<string, object> Id(string role, int id) => new($"{GgufTokenizerMetadata.KeyPrefix}{role}_token_id", (uint)id);

    private static int? Unknown(ModelTokenizer tokenizer) =>
        JsonSettings.Parse(tokenizer.Json, ModelFiles.Tokenizer).FindObject("model")?.FindText("unk_token") is { } token
            ? tokenizer.IdOf(token)
            : null;

    private static int? Padding(LanguageModel model) =>
        JsonSettings.Parse(model.Files.Text(ModelFiles.Config)!, ModelFiles.Config).Ids("pad_token_id", model.Config.VocabularySize) is [var id]
            ? id
            : null;

    private static void RequireSayable(ModelTokenizer tokenizer, int? bos)
    {
        if (tokenizer.Prefix.Count > 1 || tokenizer.Suffix.Count > 1)
            throw new NotSupportedException(
                $"The tokenizer puts {tokenizer.Prefix.Count} tokens before a text and {tokenizer.Suffix.Count} behind it; a GGUF file can say " +
                "one of each.");
        if (tokenizer.Prefix is [var first] && first != bos)
            throw new NotSupportedException(
                $"The tokenizer puts token {first} before a text; a GGUF file can say only the BOS token, which is {bos}.");
    }
}
