using System.Collections.ObjectModel;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data;

/// <summary>The calls that turn text into ids, and back for a token; those of a <see cref="PromptEncoder"/>.</summary>
/// <param name="Prompt">Ids of a prompt.</param>
/// <param name="Completion">Ids of a completion behind a prompt.</param>
/// <param name="TokenText">Text of a token; null where nobody asks for it.</param>
internal sealed record TextEncoder(
    Func<string, int[]> Prompt, Func<string, string, int[]> Completion, Func<int, string>? TokenText = null)
{
    /// <summary>Gets whether prompts are read as messages.</summary>
    public bool ReadsMessages { get; init; }

    /// <summary>
    /// Gets what encodes a prompt and a completion as a conversation in which all that the assistant says is marked; null for nothing.
    /// </summary>
    public Func<string, string, EncodedTurns?>? Turns { get; init; }

    /// <summary>Gets whether a completion is to be trained on.</summary>
    public Func<string, bool> IsTrained { get; init; } = _ => true;

    /// <summary>Gets how many messages had a field that nobody read, by its name.</summary>
    public Func<IReadOnlyDictionary<string, long>> UnreadFields { get; init; } = () => ReadOnlyDictionary<string, long>.Empty;

    /// <summary>Gets what shortens a prompt, given its text, ids, room and the token in front; null where nothing of it fits.</summary>
    public Func<string, int[], int, int?, int[]?> Fit { get; init; } =
        (_, ids, room, begin) => room > (begin == ids[0] ? 1 : 0) ? PromptCut.FromLeft(ids, room, begin) : null;

    /// <summary>The calls of an encoder.</summary>
    public static TextEncoder Of(PromptEncoder encoder) => new(encoder.EncodePrompt, encoder.EncodeCompletion, encoder.TextOf)
    {
        ReadsMessages = encoder.Format == PromptFormat.Messages,
        IsTrained = encoder.IsTrained,
        Turns = encoder.EncodeTurns,
        Fit = (prompt, ids, room, begin) => PromptFit.Of(encoder, prompt, ids, room, begin),
        UnreadFields = () => encoder.UnreadFields,
    };
}
