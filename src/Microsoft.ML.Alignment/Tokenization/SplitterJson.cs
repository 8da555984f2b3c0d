using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads the section <c>pre_tokenizer</c>.</summary>
internal static class SplitterJson
{
    private const string Supported = "Sequence, ByteLevel, Digits, Split (Isolated, or MergedWithPrevious of a String)";

    /// <summary>Reads the splitter; null if the section leaves a text whole.</summary>
    /// <param name="section">The section; null if there is none.</param>
    /// <param name="isByteLevel">Whether pieces are written in the byte alphabet.</param>
    /// <param name="addsPrefixSpace">Whether a text gets a space in front unless it has one.</param>
    public static PieceSplitter? Read(JsonElement? section, out bool isByteLevel, out bool addsPrefixSpace)
    {
        isByteLevel = addsPrefixSpace = false;
        if (section is not { } root)
            return null;
        JsonElement[] stages = root.Type() == "Sequence" ? [.. root.GetProperty("pretokenizers").EnumerateArray()] : [root];
        var splitters = new List<PieceSplitter>();
        foreach (var stage in stages)
        {
            if (isByteLevel)
                throw root.Unsupported("pre-tokenizer", stage.Type() + "' behind 'ByteLevel", "ByteLevel as the last of a sequence");
            if (stage.Type() == "ByteLevel")
            {
                isByteLevel = true;
                addsPrefixSpace = stage.Flag("add_prefix_space");
                if (addsPrefixSpace && stages.Length > 1)
                {
                    throw root.Unsupported(
                        "pre-tokenizer", "ByteLevel' with add_prefix_space in a 'Sequence", "it alone, or without add_prefix_space");
                }
            }

            if (ReadStage(stage) is { } splitter)
                splitters.Add(splitter);
        }

        return splitters.Count switch { 0 => null, 1 => splitters[0], _ => new SplitterSequence(splitters) };
    }

    private static PieceSplitter? ReadStage(JsonElement stage) => stage.Type() switch
    {
        "ByteLevel" => stage.Section("use_regex")?.GetBoolean() ?? true ? new Gpt2Splitter() : null,
        "Digits" => new DigitSplitter(stage.Flag("individual_digits")),
        "Split" => ReadSplit(stage),
        var type => throw stage.Unsupported("pre-tokenizer", type, Supported),
    };

    private static PieceSplitter ReadSplit(JsonElement stage)
    {
        if (stage.Text("behavior") == "MergedWithPrevious" && !stage.Flag("invert")
            && stage.GetProperty("pattern").TryGetProperty("String", out _)
            && stage.GetProperty("pattern").Text("String") is { Length: > 0 } separator)
        {
            return new SeparatorSplitter(separator);
        }

        if (stage.Text("behavior") != "Isolated" || stage.Flag("invert"))
        {
            var behavior = stage.Text("behavior") + (stage.Flag("invert") ? " (inverted)" : "");
            throw stage.Unsupported("behavior of pre-tokenizer 'Split'", behavior, "Isolated, and MergedWithPrevious of a String");
        }

        if (!stage.GetProperty("pattern").TryGetProperty("Regex", out _))
            throw stage.Unsupported("pattern of pre-tokenizer 'Split'", "String", "Regex");
        return ForPattern(stage.GetProperty("pattern").Text("Regex"));
    }

    private static PieceSplitter ForPattern(string pattern)
    {
        if (pattern == Gpt2Splitter.Pattern)
            return new Gpt2Splitter();
        if (pattern == Cl100kSplitter.ThreeDigitPattern)
            return new Cl100kSplitter(digits: 3);
        return pattern == Cl100kSplitter.OneDigitPattern ? new Cl100kSplitter(digits: 1) : new RegexSplitter(pattern);
    }
}
