using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads the section <c>post_processor</c>: what is put before and behind a single text.</summary>
internal static class PostProcessorJson
{
    /// <summary>Reads the ids.</summary>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonElement? section)
    {
        var prefix = new List<int>();
        var suffix = new List<int>();
        if (section is { } processor)
            Read(processor, prefix, suffix);
        return (prefix, suffix);
    }

    private static void Read(JsonElement section, List<int> prefix, List<int> suffix)
    {
        switch (section.Type())
        {
            case "ByteLevel":
                break;
            case "Sequence":
                foreach (var processor in section.GetProperty("processors").EnumerateArray())
                    Read(processor, prefix, suffix);
                break;
            case "TemplateProcessing":
                ReadTemplate(section, prefix, suffix);
                break;
            default:
                throw section.Unsupported("post-processor", section.Type(), "Sequence, ByteLevel, TemplateProcessing");
        }
    }

    private static void ReadTemplate(JsonElement section, List<int> prefix, List<int> suffix)
    {
        var before = new List<int>();
        var behind = new List<int>();
        var target = before;
        foreach (var item in section.GetProperty("single").EnumerateArray())
        {
            if (item.TryGetProperty("Sequence", out _))
            {
                target = behind;
                continue;
            }

            var token = item.GetProperty("SpecialToken").Text("id");
            var ids = section.GetProperty("special_tokens").GetProperty(token).GetProperty("ids");
            target.AddRange(ids.EnumerateArray().Select(id => id.AsId()
                ?? throw new FormatException($"tokenizer.json: the ids of '{token}' in the post-processor are {ids.Shown()}.")));
        }

        prefix.InsertRange(0, before);
        suffix.AddRange(behind);
    }
}
