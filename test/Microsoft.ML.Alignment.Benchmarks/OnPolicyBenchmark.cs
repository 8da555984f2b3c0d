namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures GRPO with an adapter: what the policy writes in a second of sampling, and trains on in a second of optimizer steps.</summary>
internal static class OnPolicyBenchmark
{
    private const int Prompts = 4;
    private const int Completions = 8;
    private const int NewTokens = 64;

    // It differs between completions, so that no group is left out.
    private static readonly IRewardFunction Vowels = RewardFunction.Of(
        "vowels", (_, text) => text.Count("aeiou".Contains) / (double)Math.Max(1, text.Length));

    public static Measurement Run(Arguments arguments, Precision precision)
    {
        var clock = new SpeedClock(Prompts * Completions);
        var align = new MLContext(seed: 1).Alignment(new AlignmentRun { Progress = clock });
        using var model = align.LoadModel(arguments.ModelPath);
        align.Trainers.Grpo(new()
        {
            InitialModel = model,
            Lora = new() { Rank = 16 },
            Rewards = [Vowels],
            GroupSize = Completions,
            MaxCompletionTokens = NewTokens,
            Training = new()
            {
                BatchSize = Prompts, MaxSteps = arguments.Steps, MaxLength = 512, LearningRate = 1e-6, Shuffle = false, Precision = precision,
                InvalidRows = InvalidRows.Skip,
            },
        }).Fit(align.Data.LoadJsonLines(arguments.DataPath)).Dispose();
        var (trained, sampled) = (clock.Trained(Arguments.WarmupSteps), clock.Sampled(Arguments.WarmupSteps));
        return new()
        {
            Tokens = trained.Tokens,
            Rows = (arguments.Steps - Arguments.WarmupSteps) * Prompts * Completions,
            Seconds = trained.Seconds,
            SampledTokensPerSecond = sampled.Tokens / sampled.Seconds,
            Weights = Measurement.WeightsOf(model),
            Notes =
            [
                $"wrote {sampled.Tokens} tokens in {sampled.Seconds:F1} s, trained on {trained.Tokens} in {trained.Seconds:F1} s",
                $"{Prompts} prompts a step, {Completions} completions each of at most {NewTokens} tokens; the prompt of a group is read once",
            ],
        };
    }

    /// <summary>Makes time of the rates that are reported, which count from the beginning, so that the warm-up can be left out.</summary>
    /// <param name="completions">Completions of a step.</param>
    private sealed class SpeedClock(int completions) : IProgress<TrainingProgress>
    {
        private readonly List<TrainingProgress> _steps = [];

        public void Report(TrainingProgress value) => _steps.Add(value);

        public (long Tokens, double Seconds) Trained(int warmup) =>
            Behind(warmup, step => step.Tokens, step => step.TrainedTokensPerSecond);

        public (long Tokens, double Seconds) Sampled(int warmup) => Behind(
            warmup, step => (long)Math.Round(completions * step.Metrics["completions/mean_length"]), step => step.SampledTokensPerSecond!.Value);

        private (long Tokens, double Seconds) Behind(int warmup, Func<TrainingProgress, long> tokens, Func<TrainingProgress, double> rate)
        {
            var (all, early) = (_steps.Sum(tokens), _steps.Take(warmup).Sum(tokens));
            return (all - early, (all / rate(_steps[^1])) - (early / rate(_steps[warmup - 1])));
        }
    }
}
