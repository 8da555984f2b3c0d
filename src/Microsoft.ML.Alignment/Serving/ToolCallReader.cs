using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Serving;

/// <summary>
/// Finds calls of tools in what a model writes: <c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c>, as Hermes, Qwen and
/// others do. What stands between these marks and is no call stays text.
/// </summary>
internal sealed class ToolCallReader
{
    /// <summary>What a call begins with; templates for such calls have it.</summary>
    public const string Begin = "<tool_call>";

    private const string End = "</tool_call>";
    private readonly string _answer;
    private readonly StringBuilder _call = new();
    private MarkScanner _outside = new([Begin]);
    private MarkScanner? _inside;

    /// <param name="answer">The id of the answer, which those of its calls begin with.</param>
    public ToolCallReader(string answer) => _answer = answer;

    /// <summary>Gets how many calls were found.</summary>
    public int Count { get; private set; }

    /// <summary>Takes a piece of what the model writes; gives texts and calls.</summary>
    public IEnumerable<AIContent> Add(string piece)
    {
        for (string? rest = piece; rest is not null;)
        {
            if (_inside is null)
            {
                if (_outside.Add(rest, out rest) is { Length: > 0 } text)
                    yield return new TextContent(text);
                _inside = rest is null ? null : new([End]);
                continue;
            }

            _call.Append(_inside.Add(rest, out rest));
            if (rest is not null)
                yield return Finished();
        }
    }

    /// <summary>What is left, at the end: a call that was not finished is text.</summary>
    public string Finish() => _inside is null ? _outside.Finish() : Begin + _call + _inside.Finish();

    private AIContent Finished()
    {
        var body = _call.ToString();
        _call.Clear();
        (_inside, _outside) = (null, new([Begin]));
        return Read(body) is { } call ? call : new TextContent(Begin + body + End);
    }

    private FunctionCallContent? Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (MessageJson.TextOf(document.RootElement, "name") is not { } name)
                return null;
            var arguments = document.RootElement.TryGetProperty("arguments", out var given) && given.ValueKind == JsonValueKind.Object
                ? given.Deserialize<Dictionary<string, object?>>(AIJsonUtilities.DefaultOptions)
                : [];
            return new($"{_answer}-{Count++}", name, arguments);
        }
        catch (JsonException)
        {
            return null; // the model's words, which are shown as they are
        }
    }
}
