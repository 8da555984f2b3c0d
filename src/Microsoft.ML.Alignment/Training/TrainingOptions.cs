using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment;

/// <summary>How the learning rate falls after the warmup.</summary>
public enum LearningRateSchedule
{
    /// <summary>In a line to 0.</summary>
    Linear,
    /// <summary>Half a cosine to 0.</summary>
    Cosine,
    /// <summary>Not at all.</summary>
    Constant,
}

/// <summary>How a stage trains. What is null takes the method's default, which differs between full and LoRA training.</summary>
public sealed record TrainingOptions
{
    /// <summary>Gets the peak learning rate. Above 0; null takes the method's.</summary>
    public double? LearningRate { get; init => field = Require.PositiveOrNull(value); }

    /// <summary>Gets the passes over the data. At least 1; null takes the method's.</summary>
    public int? Epochs { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>Gets the optimizer steps of the run, however many passes that takes; null leaves it to the epochs. At least 1.</summary>
    public int? MaxSteps { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>Gets the examples (pairs) of an optimizer step. At least 1; the default is 8.</summary>
    public int BatchSize { get; init => field = Require.AtLeast(1, value); } = 8;

    /// <summary>
    /// Gets the most examples of one pass; null, the default, leaves it to <see cref="MicroBatchTokens"/>. The step's gradient does not
    /// depend on it.
    /// </summary>
    public int? MicroBatchSize { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>
    /// Gets the most tokens of one pass, which bounds the memory of a step; what prompts share counts once, and one example may have more.
    /// At least 1; the default is 512, beyond which processors gain little. The step's gradient does not depend on it.
    /// </summary>
    public int MicroBatchTokens { get; init => field = Require.AtLeast(1, value); } = 512;

    /// <summary>
    /// Gets the most tokens of a sequence. At least 2; the default is 1024. Over-long prompts lose their beginning; completions are
    /// cut only where <see cref="LongCompletions"/> says so.
    /// </summary>
    public int MaxLength { get; init => field = Require.AtLeast(2, value); } = 1024;

    /// <summary>Gets the share of steps over which the learning rate rises from 0. In [0, 1); the default is 0.</summary>
    public double WarmupRatio { get; init => field = Require.InRange(0, 1, value); }

    /// <summary>Gets the schedule after the warmup. The default is linear.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Linear;

    /// <summary>Gets the decoupled weight decay on matrices, never on norms and biases. 0 or more; the default is 0.</summary>
    public double WeightDecay { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets AdamW's decay of the first moment. In [0, 1); the default is 0.9.</summary>
    public double AdamBeta1 { get; init => field = Require.InRange(0, 1, value); } = 0.9;

    /// <summary>Gets AdamW's decay of the second moment. In [0, 1); the default is 0.999.</summary>
    public double AdamBeta2 { get; init => field = Require.InRange(0, 1, value); } = 0.999;

    /// <summary>Gets AdamW's term beside the root. Above 0; null takes the method's: 1e-8, and 1e-5 for PPO.</summary>
    public double? AdamEpsilon { get; init => field = Require.PositiveOrNull(value); }

    /// <summary>Gets the norm that gradients are clipped to. Above 0; the default is 1.</summary>
    public double MaxGradientNorm { get; init => field = Require.Positive(value); } = 1;

    /// <summary>
    /// Gets the precision of matrix products. The default is float32; bfloat16 is about twice as fast where the processor has it.
    /// </summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Gets whether the order of the data changes every epoch. The default is true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Gets the seed of order, adapters and dropout; null takes the <c>MLContext</c>'s, else 0.</summary>
    public int? Seed { get; init; }

    /// <summary>
    /// Gets after how many optimizer steps the model is evaluated on the validation set, beside once before the first and once after the
    /// last. At least 1; null, the default, evaluates after each epoch.
    /// </summary>
    public int? EvaluateEverySteps { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>
    /// Gets how many evaluations in a row may pass without a new lowest validation loss before training stops. At least 1; null, the
    /// default, never stops early. Needs a validation set.
    /// </summary>
    public int? EarlyStoppingPatience { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>
    /// Gets whether the stage ends with the weights of the lowest validation loss instead of the last ones. The start does not compete. The
    /// default is false. Needs a validation set.
    /// </summary>
    public bool LoadBestAtEnd { get; init; }

    /// <summary>Gets what happens to rows that cannot be trained on. The default is to throw.</summary>
    public InvalidRows InvalidRows { get; init; } = InvalidRows.Throw;

    /// <summary>Gets what becomes of completions that do not fit into <see cref="MaxLength"/>. The default: their rows are invalid.</summary>
    public LongCompletions LongCompletions { get; init; } = LongCompletions.Invalid;

    /// <summary>Puts the method's defaults and a seed where nothing was chosen.</summary>
    internal ResolvedTraining Resolve(TrainingDefaults defaults, int seed) => new()
    {
        LearningRate = LearningRate ?? defaults.LearningRate,
        Epochs = Epochs ?? defaults.Epochs,
        MaxSteps = MaxSteps ?? 0,
        BatchSize = BatchSize,
        MicroBatchSize = Math.Min(MicroBatchSize ?? BatchSize, BatchSize),
        MicroBatchTokens = MicroBatchTokens,
        MaxLength = MaxLength,
        WarmupRatio = WarmupRatio,
        Schedule = Schedule,
        WeightDecay = WeightDecay,
        AdamBeta1 = AdamBeta1,
        AdamBeta2 = AdamBeta2,
        AdamEpsilon = AdamEpsilon ?? defaults.AdamEpsilon,
        MaxGradientNorm = MaxGradientNorm,
        Precision = Precision,
        Shuffle = Shuffle,
        Seed = Seed ?? seed,
        EvaluateEverySteps = EvaluateEverySteps ?? 0,
        EarlyStoppingPatience = EarlyStoppingPatience ?? 0,
        LoadBestAtEnd = LoadBestAtEnd,
        InvalidRows = InvalidRows,
        LongCompletions = LongCompletions,
    };
}
