namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Something to measure.</summary>
/// <param name="Name">What the row of the result is called.</param>
/// <param name="FlopsPerToken">Floating point operations of a token, as multiples of the number of weights N; null where no share is given.</param>
/// <param name="Run">Measures it in this process.</param>
internal sealed record BenchmarkTask(string Name, int? FlopsPerToken, Func<Arguments, Measurement> Run)
{
    // A full DPO step is 6N for the policy and 2N for the reference; with LoRA no gradient of the frozen weights is computed.
    private const int Full = 6;
    private const int FullWithReference = 8;
    private const int Lora = 6;

    public static IReadOnlyList<BenchmarkTask> All { get; } =
    [
        Training("sft full B=4 f32", Full, new(4), Method.Sft),
        Training("sft full B=4 bf16", Full, new(4) { Precision = Precision.BFloat16 }, Method.Sft),
        Training("dpo full B=2 f32", FullWithReference, new(2), Method.Dpo),
        Training("dpo full B=2 bf16", FullWithReference, new(2) { Precision = Precision.BFloat16 }, Method.Dpo),
        Training("dpo lora r=16 B=2 f32", Lora, new(2) { Lora = new() { Rank = 16 } }, Method.Dpo),
        Training("dpo lora r=16 B=2 bf16", Lora, new(2) { Lora = new() { Rank = 16 }, Precision = Precision.BFloat16 }, Method.Dpo),
        Training("reward full B=2 f32", Full, new(2), Method.Reward),
        Generation("generate B=1 f32", 1, Precision.Float32),
        Generation("generate B=8 f32", 8, Precision.Float32),
        Generation("generate B=8 bf16", 8, Precision.BFloat16),
    ];

    private static BenchmarkTask Training(string name, int flops, TrainingSetup setup, Method method) =>
        new(name, flops, arguments => new TrainingBenchmark(arguments, setup, method).Run());

    private static BenchmarkTask Generation(string name, int batch, Precision precision) =>
        new(name, null, arguments => GenerationBenchmark.Run(arguments, batch, precision));
}

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
/// <param name="BatchSize">Rows or pairs a step.</param>
internal sealed record TrainingSetup(int BatchSize)
{
    public LoraOptions? Lora { get; init; }

    public Precision Precision { get; init; } = Precision.Float32;
}
