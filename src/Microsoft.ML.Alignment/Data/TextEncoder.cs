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
    /// <summary>Gets whether a completion is to be trained on.</summary>
    public Func<string, bool> IsTrained { get; init; } = _ => true;

    /// <summary>Gets how many messages had a field that nobody read, by its name.</summary>
    public Func<IReadOnlyDictionary<string, long>> UnreadFields { get; init; } = () => ReadOnlyDictionary<string, long>.Empty;

    /// <summary>The calls of an encoder.</summary>
    public static TextEncoder Of(PromptEncoder encoder) => new(encoder.EncodePrompt, encoder.EncodeCompletion, encoder.TextOf)
    {
        IsTrained = encoder.IsTrained,
        UnreadFields = () => encoder.UnreadFields,
    };
}
