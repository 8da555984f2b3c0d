using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>Compares what a GGUF file states with what it should state of a model.</summary>
internal static class GgufStatements
{
    private static readonly string[] Samples = ["A line of text.", "  12 trees,\nnaïve: 🙂", ""];

    /// <summary>What differs, in words.</summary>
    /// <param name="model">The model.</param>
    /// <param name="read">What was read of the file.</param>
    /// <param name="file">The file itself, since readers infer what is missing.</param>
    public static IEnumerable<string> Differences(LanguageModel model, LanguageModel read, IGgufContents file)
    {
        foreach (var setting in GgufFidelity.Differences(model.Config, read.Config))
            yield return setting;
        var ends = EndsOf(file);
        if (model.Config.EosTokenIds.Except(ends).ToArray() is { Length: > 0 } missing)
            yield return "of the tokens that end a completion the file does not name " +
                string.Join(", ", missing.Select(id => $"{id} ({model.Tokenizer.TokenOf(id)})"));
        if (ends.Except(model.Config.EosTokenIds).ToArray() is { Length: > 0 } superfluous)
            yield return $"the file ends completions at {string.Join(", ", superfluous)}, the model does not";
        if (model.ChatTemplate?.Source != read.ChatTemplate?.Source)
            yield return read.ChatTemplate is null ? "the chat template is not in the file" : "the chat template of the file is another one";
        if (!model.Tokenizer.Prefix.SequenceEqual(read.Tokenizer.Prefix) || !model.Tokenizer.Suffix.SequenceEqual(read.Tokenizer.Suffix))
            yield return $"the file puts {Shown(read.Tokenizer.Prefix)} before a text and {Shown(read.Tokenizer.Suffix)} behind it, the model " +
                $"{Shown(model.Tokenizer.Prefix)} and {Shown(model.Tokenizer.Suffix)}";
        foreach (var text in Samples)
            if (!model.Tokenizer.EncodeText(text).SequenceEqual(read.Tokenizer.EncodeText(text)))
                yield return $"the text \"{text}\" has other token ids";
    }

    private static int[] EndsOf(IGgufContents file)
    {
        var settings = new GgufSettings(file);
        var named = new[] { "eos", "eot", "eom" }
            .Select(role => settings.FindCount($"{GgufTokenizerMetadata.KeyPrefix}{role}_token_id")).OfType<int>();
        return [.. named.Concat(file.Metadata.GetValueOrDefault(GgufConfig.EndTokens) as int[] ?? []).Distinct()];
    }

    private static string Shown(IReadOnlyList<int> ids) => $"[{string.Join(", ", ids)}]";
}
