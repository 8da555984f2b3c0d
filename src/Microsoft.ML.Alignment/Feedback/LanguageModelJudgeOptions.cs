namespace Microsoft.ML.Alignment;

/// <summary>How a <see cref="LanguageModelJudge"/> judges.</summary>
public sealed record LanguageModelJudgeOptions
{
    /// <summary>Gets the principles to judge by; null, the default, asks which response is better overall.</summary>
    public Constitution? Constitution { get; init; }

    /// <summary>Gets how many principles are asked about, drawn by weight, their log-odds averaged. At least 1; the default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int PrinciplesPerQuestion { get; init => field = Require.AtLeast(1, value); } = 1;

    /// <summary>
    /// Gets how near probabilities may come to 0 and 1: with 0.4 they lie in [0.4, 0.6], as where reasons make a model too sure (Bai et al., 2022,
    /// arXiv:2212.08073, §4.1). In [0, 0.5); the default is 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 0.5).</exception>
    public double Clamp { get; init => field = Require.InRange(0, 0.5, value); }
}
