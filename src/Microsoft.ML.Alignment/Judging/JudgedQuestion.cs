namespace Microsoft.ML.Alignment.Judging;

/// <summary>A question that was judged, and what a person said of it.</summary>
/// <param name="Question">The question.</param>
/// <param name="Verdict">The judge's verdict.</param>
/// <param name="Human">The better completion to a person; null where nobody was asked.</param>
internal sealed record JudgedQuestion(PreferenceQuestion Question, PreferenceVerdict Verdict, PreferenceOutcome? Human = null);
