namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>What is trained.</summary>
internal enum Method
{
    /// <summary>Supervised fine-tuning on the chosen completions.</summary>
    Sft,
    /// <summary>Direct preference optimization.</summary>
    Dpo,
    /// <summary>A reward model.</summary>
    Reward,
}

/// <summary>How it is trained.</summary>
/// <param name="Method">What is trained.</param>
/// <param name="BatchSize">Rows (pairs) a step.</param>
internal sealed record TrainingSetup(Method Method, int BatchSize)
{
    /// <summary>The adapter; null trains all weights.</summary>
    public LoraOptions? Lora { get; init; }
}
