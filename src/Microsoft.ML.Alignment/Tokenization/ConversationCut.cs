namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Shortens conversations without touching what the chat template writes around their contents.</summary>
/// <remarks>
/// The oldest turns go first, each from a user's message up to the next one; what stands before the first (a system's message) stays. If the
/// newest turn is still too long, contents lose their beginnings: the longest of the turn first, what stands before it last.
/// </remarks>
/// <param name="encode">Renders and encodes a conversation.</param>
internal sealed class ConversationCut(Func<Conversation, int[]> encode)
{
    private const string User = "user";

    /// <summary>The conversation's ids, at most so many; null if the template alone takes more.</summary>
    public int[]? To(Conversation conversation, int room)
    {
        if (Fitting(conversation, room) is { } whole)
            return whole;
        var messages = conversation.Messages;
        var starts = Enumerable.Range(0, messages.Count).Where(index => messages[index].Role == User).ToArray();
        var head = starts.Length == 0 ? 0 : starts[0];
        var (dropped, kept) = (0, starts.Length - 1);
        while (kept - dropped > 1)
        {
            var middle = (dropped + kept) / 2;
            if (Fitting(From(middle), room) is null)
                dropped = middle;
            else
                kept = middle;
        }

        var newest = starts.Length > 1 ? From(kept) : conversation;
        return Fitting(newest, room) ?? CutContents(newest, head, room);

        Conversation From(int turn) => conversation with { Messages = [.. messages.Take(head), .. messages.Skip(starts[turn])] };
    }

    private int[]? CutContents(Conversation conversation, int head, int room)
    {
        var messages = conversation.Messages.ToArray();
        foreach (var index in Enumerable.Range(0, messages.Length).OrderBy(i => i < head).ThenByDescending(i => messages[i].Content.Length))
        {
            var whole = messages[index];
            int fits = 0, exceeds = whole.Content.Length;
            while (exceeds - fits > 1)
            {
                var length = (fits + exceeds) / 2;
                if (Fitting(WithEnd(length), room) is null)
                    exceeds = length;
                else
                    fits = length;
            }

            if (Fitting(WithEnd(Math.Max(fits, 1)), room) is { } ids)
                return ids;

            Conversation WithEnd(int length)
            {
                messages[index] = whole with { Content = EndOf(whole.Content, length) };
                return conversation with { Messages = messages };
            }
        }

        return null;
    }

    private int[]? Fitting(Conversation conversation, int room) => encode(conversation) is var ids && ids.Length <= room ? ids : null;

    // Not within a character of two.
    private static string EndOf(string text, int length)
    {
        if (length >= text.Length)
            return text;
        var start = text.Length - length;
        return text[(char.IsLowSurrogate(text[start]) && start + 1 < text.Length ? start + 1 : start)..];
    }
}
