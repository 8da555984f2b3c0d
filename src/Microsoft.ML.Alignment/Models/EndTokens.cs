using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The tokens that end a completion, from every file that names some.</summary>
/// <param name="Ids">The ids; first those of <c>config.json</c>.</param>
/// <param name="Disagreement">Which source names a token that those before it do not, in words; null if none does.</param>
internal sealed record EndTokens(IReadOnlyList<int> Ids, string? Disagreement)
{
    /// <summary>
    /// Adds to the ids of <c>config.json</c> and <c>generation_config.json</c> the <c>eos_token</c> of <c>tokenizer_config.json</c> and
    /// <c>special_tokens_map.json</c> and the token that the chat template writes behind what an assistant says.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="files">The small files.</param>
    /// <param name="tokenizer">The tokenizer; null if there is none, which leaves the ids as they are.</param>
    public static EndTokens Of(ModelConfig config, ModelFiles files, ModelTokenizer? tokenizer)
    {
        if (tokenizer is null)
            return new(config.EosTokenIds, null);
        List<int> ids = [.. config.EosTokenIds];
        var found = new List<string> { $"{ModelFiles.Config} and {ModelFiles.GenerationConfig} name {Names(ids, tokenizer)}" };
        foreach (var file in (string[])[ModelFiles.TokenizerConfig, ModelFiles.SpecialTokensMap])
            Add(ids, found, file, OfSettings(files, file, tokenizer), (config, tokenizer));
        Add(ids, found, "the chat template", OfTemplate(files, tokenizer), (config, tokenizer));
        return new(ids, found.Count > 1 ? $"{string.Join(", ", found)}: each of them ends a completion." : null);
    }

    private static void Add(List<int> ids, List<string> found, string source, int? id, (ModelConfig Config, ModelTokenizer Tokenizer) model)
    {
        if (id is not { } end || ids.Contains(end) || end >= model.Config.VocabularySize)
            return;
        ids.Add(end);
        found.Add($"{source} {Names([end], model.Tokenizer)}");
    }

    private static int? OfSettings(ModelFiles files, string file, ModelTokenizer tokenizer) =>
        ChatTemplateReader.SpecialTokensOf(files, file).TryGetValue("eos_token", out var token) ? tokenizer.IdOf(token) : null;

    private static int? OfTemplate(ModelFiles files, ModelTokenizer tokenizer)
    {
        try
        {
            return ChatTemplateReader.Read(files) is { } template ? TurnEnd.Of(tokenizer, template) : null;
        }
        catch (Exception e) when (e is ChatTemplateException or NotSupportedException)
        {
            return null; // said when the template is asked for: it does no harm to plain text
        }
    }

    private static string Names(List<int> ids, ModelTokenizer tokenizer) =>
        ids.Count == 0 ? "none" : string.Join(", ", ids.Select(id => $"{tokenizer.TokenOf(id)} ({id})"));
}
