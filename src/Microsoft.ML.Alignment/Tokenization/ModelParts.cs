namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>What the section <c>model</c> of a <c>tokenizer.json</c> holds.</summary>
/// <param name="Vocabulary">Ids of all tokens, added ones included.</param>
/// <param name="Model">Encodes pieces.</param>
/// <param name="BeginsWordsAtSpaces">Whether a text may be split before each run of <c>▁</c> with the same result.</param>
internal sealed record ModelParts(IReadOnlyDictionary<string, int> Vocabulary, TokenModel Model, bool BeginsWordsAtSpaces);
