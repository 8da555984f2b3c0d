using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment;
using Samples.Terminal;

namespace Samples.Export;

/// <summary>A conversation with a saved model: a zip or folder with this library, a GGUF file through llama.cpp. The words are the same.</summary>
internal static class ChatCommand
{
    private const int MaxNewTokens = 128;

    /// <exception cref="UsageException">There is no model to talk to.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        if (args is not [var path, .. var turns])
            throw new UsageException("chat: with which model? Give the zip that a run saved, a Hugging Face folder or a GGUF file.");
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            using var file = new LlamaCppChat(path, MaxNewTokens);
            return Talk(turns, file.Answer, stop);
        }

        using var model = SavedModel.Open(path);
        using var client = model.AsIChatClient(new() { Generation = new() { MaxNewTokens = MaxNewTokens } });
        return Talk(turns, conversation => client.GetResponseAsync(conversation, cancellationToken: stop).GetAwaiter().GetResult().Text, stop);
    }

    private static int Talk(string[] turns, Func<IReadOnlyList<ChatMessage>, string> answer, CancellationToken stop)
    {
        List<ChatMessage> conversation = [];
        foreach (var turn in (turns.Length > 0 ? turns : Lines()).TakeWhile(_ => !stop.IsCancellationRequested))
        {
            conversation.Add(new(ChatRole.User, turn));
            var text = answer(conversation);
            conversation.Add(new(ChatRole.Assistant, text));
            Console.WriteLine(text.Trim());
        }

        return 0;
    }

    private static IEnumerable<string> Lines()
    {
        while (Console.In.ReadLine() is { } line)
            yield return line;
    }
}
