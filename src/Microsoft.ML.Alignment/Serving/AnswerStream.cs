using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Serving;

/// <summary>
/// Turns the tokens of one answer into contents: whole characters, nothing of a stop sequence, calls of tools where there are tools.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="request">What was asked for.</param>
/// <param name="answer">The id of the answer.</param>
internal sealed class AnswerStream(ModelTokenizer tokenizer, ChatRequest request, string answer)
{
    private readonly TextStream _text = new(tokenizer);
    private readonly MarkScanner _stops = new(request.StopSequences);
    private readonly ToolCallReader? _calls = request.Tools.Count > 0 ? new(answer) : null;

    /// <summary>Gets whether nothing is to follow, because of a stop sequence or a call.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Gets whether it has calls of tools.</summary>
    public bool HasCalls => _calls?.Count > 0;

    /// <summary>Takes a token that does not end the answer; gives what is certain by now.</summary>
    public IReadOnlyList<AIContent> Add(int id) => Read(_text.Add(id));

    /// <summary>Gives what is left, at the end.</summary>
    public IReadOnlyList<AIContent> Finish()
    {
        List<AIContent> last = IsStopped ? [] : [.. Read(_text.Finish())];
        if (!IsStopped)
            last.AddRange(Contents(_stops.Finish()));
        last.AddRange(Text(_calls?.Finish() ?? ""));
        return last;
    }

    private IReadOnlyList<AIContent> Read(string piece)
    {
        var shown = _stops.Add(piece, out var behind);
        IsStopped = behind is not null;
        return Contents(shown);
    }

    private IReadOnlyList<AIContent> Contents(string text)
    {
        if (_calls is null)
            return Text(text);
        var found = new List<AIContent>();
        foreach (var content in _calls.Add(text))
        {
            found.Add(content);
            IsStopped |= content is FunctionCallContent && request.CallsAtMostOneTool;
            if (IsStopped && content is FunctionCallContent)
                break;
        }

        return found;
    }

    private static IReadOnlyList<AIContent> Text(string text) => text.Length == 0 ? [] : [new TextContent(text)];
}
