namespace Microsoft.ML.Alignment.Data.Confounds;

/// <summary>The kinds of features; where two decide all pairs alike, the earlier kind is named.</summary>
internal enum FeatureKind
{
    Length,
    Start,
    End,
    Word,
    Token,
    Sign,
    Lines,
    Digits,
    Capitals,
    Punctuation,
}

/// <summary>A feature of a completion: it has it or not, or it has more of it than the other.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">The word, suffix or sign; empty where the kind says all.</param>
internal readonly record struct CompletionFeature(FeatureKind Kind, string Text = "")
{
    /// <summary>In words, of the side that has it or has more of it.</summary>
    public string Describe(string side) => Kind switch
    {
        FeatureKind.Length => $"{side} is longer",
        FeatureKind.Start => $"{side} starts with {Quote()}",
        FeatureKind.End => $"{side} ends with {Quote()}",
        FeatureKind.Word => $"{side} contains {Quote()}",
        FeatureKind.Token => $"{side} contains the token {Quote()}",
        FeatureKind.Lines => $"{side} has more lines",
        FeatureKind.Digits => $"{side} has more digits",
        FeatureKind.Capitals => $"{side} has more capital letters",
        FeatureKind.Punctuation => $"{side} has more punctuation",
        _ => $"{side} has more {Quote()}",
    };

    private string Quote() => $"\"{VisibleText.Escape(Text)}\"";
}
