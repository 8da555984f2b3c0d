namespace Microsoft.ML.Alignment.Data;

/// <summary>Cuts prompts that are too long, in training as in scoring.</summary>
internal static class PromptCut
{
    /// <summary>The end of a prompt; a token that every prompt begins with stays in front.</summary>
    /// <param name="prompt">Ids of the prompt.</param>
    /// <param name="room">Most ids of the result; above 1 if the prompt begins with that token, else above 0.</param>
    /// <param name="beginTokenId">The token (BOS); null if there is none.</param>
    public static int[] FromLeft(int[] prompt, int room, int? beginTokenId)
    {
        if (prompt.Length <= room)
            return prompt;
        var begin = beginTokenId == prompt[0] ? 1 : 0;
        return [.. prompt[..begin], .. prompt[(prompt.Length - room + begin)..]];
    }
}
