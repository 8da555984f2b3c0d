namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Something to measure, in each precision.</summary>
/// <param name="Name">Its name on the command line and in the results.</param>
/// <param name="FlopsPerToken">
/// Floating point operations of a token, as multiples of the number of weights N; null where no share is given.
/// </param>
/// <param name="Run">Measures it in this process.</param>
internal sealed record BenchmarkTask(string Name, int? FlopsPerToken, Func<Arguments, Precision, Measurement> Run)
{
    // Forward is 2N and backward 4N; a full DPO step has the forward pass of its reference besides. LoRA counts as 6N by convention,
    // although the gradients of the frozen weights are left out.
    private const int Step = 6;
    private const int StepWithReference = 8;

    public static IReadOnlyList<BenchmarkTask> All { get; } =
    [
        Training("sft-full", Step, new(Method.Sft, 4)),
        Training("dpo-full", StepWithReference, new(Method.Dpo, 2)),
        Training("dpo-lora", Step, new(Method.Dpo, 2) { Lora = new() { Rank = 16 } }),
        Training("reward-full", Step, new(Method.Reward, 2)),
        new("grpo-lora", null, OnPolicyBenchmark.Run),
        Generation("generate-1", 1),
        Generation("generate-8", 8),
        Serving("serve-1", 1),
        Serving("serve-8", 8),
    ];

    /// <summary>The task of a name; null if there is none.</summary>
    public static BenchmarkTask? Find(string name) => All.FirstOrDefault(task => task.Name == name);

    private static BenchmarkTask Training(string name, int flops, TrainingSetup setup) =>
        new(name, flops, (arguments, precision) => new TrainingBenchmark(arguments, setup, precision).Run());

    private static BenchmarkTask Generation(string name, int batch) =>
        new(name, null, (arguments, precision) => GenerationBenchmark.Run(arguments, batch, precision));

    private static BenchmarkTask Serving(string name, int callers) =>
        new(name, null, (arguments, precision) => ServingBenchmark.Run(arguments, callers, precision));
}
