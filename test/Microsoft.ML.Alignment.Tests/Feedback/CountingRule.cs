namespace Microsoft.ML.Alignment.Tests.Feedback;

/// <summary>A rule that counts how often it is asked.</summary>
internal sealed class CountingRule
{
    private int _asked;

    public CountingRule(Func<string, string, double?> score) => Judge = new("counted", (prompt, completion) =>
    {
        Interlocked.Increment(ref _asked);
        return score(prompt, completion);
    });

    public int Asked => _asked;

    public RuleJudge Judge { get; }

    public static CountingRule Shorter() => new((_, completion) => -completion.Length);
}
