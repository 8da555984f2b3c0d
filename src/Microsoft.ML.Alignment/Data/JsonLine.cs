using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>A line of a JSON Lines file, which knows where it stands.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line's number, from 1, blank lines counted.</param>
/// <param name="Text">The line.</param>
internal readonly record struct JsonLine(string Path, long Number, string Text)
{
    /// <summary>Parses the line.</summary>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public JsonDocument Parse()
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(Text);
        }
        catch (JsonException broken)
        {
            if (Number == 1 && Text.AsSpan().TrimStart() is ['[', ..])
                throw OneList(broken);
            throw new InvalidDataException(
                $"{Path}, line {Number}: not valid JSON at byte {broken.BytePositionInLine} of the line. Each line is one JSON object.", broken);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return WithWholeNames(document);
        var found = Describe(document.RootElement);
        var isList = Number == 1 && document.RootElement.ValueKind == JsonValueKind.Array
            && document.RootElement.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object);
        document.Dispose();
        if (isList)
            throw OneList(null);
        throw new InvalidDataException($"{Path}, line {Number}: found {found}; each line is one JSON object.");
    }

    // Values are looked at when they are read, so that they are their rows' fault.
    private JsonDocument WithWholeNames(JsonDocument document)
    {
        if (JsonTexts.FindHalf(Text) < 0)
            return document;
        try
        {
            _ = document.RootElement.EnumerateObject().Count(property => property.Name.Length > 0);
            return document;
        }
        catch (InvalidOperationException broken)
        {
            document.Dispose();
            throw new InvalidDataException($"{Path}, line {Number}: the name of a property holds half a character and is no text.", broken);
        }
    }

    private InvalidDataException OneList(Exception? inner) => new(
        $"{Path}: the file begins with '[', as one JSON list of all rows does. JSON Lines have one object on each line; rewrite the file, "
        + "for example with: jq -c '.[]' rows.json > rows.jsonl", inner);

    /// <summary>An error about one property of the line.</summary>
    public InvalidDataException Error(string property, string message, Exception? inner = null) =>
        new($"{Path}, line {Number}, property '{property}': {message}", inner);

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="InvalidDataException">It is not a string, or not valid Unicode.</exception>
    public string String(string property, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Error(property, $"found {Describe(element)}, a string is needed.");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException broken)
        {
            throw Error(property, "the string holds half a surrogate pair and is no Unicode text.", broken);
        }
    }

    /// <summary>A JSON value in words.</summary>
    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => $"the number {element.GetRawText()}",
        JsonValueKind.Null or JsonValueKind.Undefined => "nothing (null)",
        _ => element.GetRawText(),
    };
}
