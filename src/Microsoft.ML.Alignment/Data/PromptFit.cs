using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Shortens prompts that are too long, in training as in scoring.</summary>
internal static class PromptFit
{
    /// <summary>
    /// The prompt's ids, at most so many: of text its end, of a conversation its newest turns, or contents cut from the left within the
    /// chat template's markup. Null if nothing of it fits.
    /// </summary>
    /// <param name="encoder">What encoded the prompt.</param>
    /// <param name="prompt">The text of the column.</param>
    /// <param name="ids">The whole prompt as ids.</param>
    /// <param name="room">Most ids of the result.</param>
    /// <param name="beginTokenId">The token (BOS) that stays in front of text; null if there is none.</param>
    public static int[]? Of(PromptEncoder encoder, string prompt, int[] ids, int room, int? beginTokenId)
    {
        if (ids.Length <= room)
            return ids;
        if (encoder.Format != PromptFormat.Text)
            return encoder.CutConversation(prompt, room);
        return room > (beginTokenId == ids[0] ? 1 : 0) ? PromptCut.FromLeft(ids, room, beginTokenId) : null;
    }
}
