using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads the section <c>pre_tokenizer</c>.</summary>
internal static class SplitterJson
{
    private const string Supported = "Sequence, ByteLevel, Digits, Metaspace, Split (Isolated, or MergedWithPrevious of a String)";

    /// <summary>Reads what is done to a text before the model sees it.</summary>
    /// <param name="section">The section; null if there is none.</param>
    public static PreTokenizer Read(JsonElement? section)
    {
        if (section is not { } root)
            return new(null, null, IsByteLevel: false);
        JsonElement[] stages = root.Type() == "Sequence" ? [.. root.GetProperty("pretokenizers").EnumerateArray()] : [root];
        var result = new PreTokenizer(null, null, IsByteLevel: false);
        var splitters = new List<PieceSplitter>();
        foreach (var stage in stages)
        {
            if (result.IsByteLevel)
                throw root.Unsupported("pre-tokenizer", stage.Type() + "' behind 'ByteLevel", "ByteLevel as the last of a sequence");
            if (stage.Type() == "ByteLevel")
                result = result with { IsByteLevel = true, SpaceMark = PrefixSpace(stage) };
            else if (stage.Type() == "Metaspace")
                result = result with { SpaceMark = ReadSpaceMark(stage) };
            if (result.SpaceMark is not null && stages.Length > 1)
            {
                throw root.Unsupported(
                    "pre-tokenizer", $"{stage.Type()}' in a 'Sequence", "it alone, or ByteLevel without add_prefix_space as the last of a sequence");
            }

            if (ReadStage(stage) is { } splitter)
                splitters.Add(splitter);
        }

        return result with { Splitter = splitters.Count switch { 0 => null, 1 => splitters[0], _ => new SplitterSequence(splitters) } };
    }

    /// <summary>Reads what <c>Metaspace</c>, as a pre-tokenizer or decoder, does to spaces.</summary>
    public static SpaceMark ReadSpaceMark(JsonElement section)
    {
        var mark = section.Text("replacement") is [var only] ? only : throw new FormatException(
            $"tokenizer.json: 'replacement' of 'Metaspace' must be one character, in {section.Shown()}.");
        var scheme = section.Section("prepend_scheme")?.GetString()
            ?? (section.Section("add_prefix_space")?.GetBoolean() ?? true ? "always" : "never");
        return new(mark, scheme switch
        {
            "always" => SpacePrefix.All,
            "first" => SpacePrefix.First,
            "never" => SpacePrefix.None,
            _ => throw section.Unsupported("prepend_scheme of 'Metaspace'", scheme, "always, first, never"),
        });
    }

    private static SpaceMark? PrefixSpace(JsonElement byteLevel) =>
        byteLevel.Flag("add_prefix_space") ? new SpaceMark(' ', SpacePrefix.All) : null;

    private static PieceSplitter? ReadStage(JsonElement stage) => stage.Type() switch
    {
        "ByteLevel" => stage.Section("use_regex")?.GetBoolean() ?? true ? new Gpt2Splitter() : null,
        "Digits" => new DigitSplitter(stage.Flag("individual_digits")),
        "Metaspace" => stage.Section("split")?.GetBoolean() ?? true ? new MarkSplitter(ReadSpaceMark(stage).Mark) : null,
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
        return pattern == Cl100kSplitter.OneDigitPattern ? new Cl100kSplitter(digits: 1) : new RegexSplitter(new(pattern, "pre-tokenizer 'Split'"));
    }
}

/// <summary>What is done to a text before the model sees it.</summary>
/// <param name="Splitter">Splits it; null if it stays whole.</param>
/// <param name="SpaceMark">How its spaces are written; null: as they are.</param>
/// <param name="IsByteLevel">Whether pieces are written in the byte alphabet.</param>
internal sealed record PreTokenizer(PieceSplitter? Splitter, SpaceMark? SpaceMark, bool IsByteLevel);
