using System.Diagnostics;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures optimizer steps of a trainer on the first rows of the data that fit, in order.</summary>
internal sealed class TrainingBenchmark(Arguments arguments, TrainingSetup setup, Precision precision)
{
    public Measurement Run()
    {
        var clock = new StepClock();
        var align = new MLContext(seed: 1).Alignment(new AlignmentRun { Progress = clock });
        var data = align.Data.LoadJsonLines(arguments.DataPath);
        using var model = align.LoadModel(arguments.ModelPath);
        var training = Options();
        var steps = StepCounts.Of(model, data, setup, training);
        Fit(align, model, training, data).Dispose();
        var measured = steps.Measured(arguments.Steps);
        return new()
        {
            Tokens = measured.Tokens,
            Rows = measured.Rows,
            Seconds = clock.SecondsAfter(Arguments.WarmupSteps),
            Weights = Measurement.WeightsOf(model),
            Notes =
            [
                $"measured {measured.Rows} rows of {measured.Tokens} tokens, {measured.Computed} of them computed (what prompts share is computed once)",
                .. steps.Findings,
            ],
        };
    }

    private TrainingOptions Options() => new()
    {
        BatchSize = setup.BatchSize,
        MaxSteps = arguments.Steps,
        MaxLength = 512,
        LearningRate = 1e-6,
        Shuffle = false,
        Precision = precision,
        InvalidRows = InvalidRows.Skip,
    };

    private ModelTransformer Fit(AlignmentCatalog align, LanguageModel model, TrainingOptions training, IDataView data) => setup.Method switch
    {
        Method.Sft => align.Trainers.Sft(new() { Training = training, Lora = setup.Lora, InitialModel = model }).Fit(data),
        Method.Dpo => align.Trainers.Dpo(new() { Training = training, Lora = setup.Lora, InitialModel = model }).Fit(data),
        _ => align.Trainers.RewardModel(new() { Training = training, Lora = setup.Lora, InitialModel = model }).Fit(data),
    };

    /// <summary>Notes when each step ended.</summary>
    private sealed class StepClock : IProgress<TrainingProgress>
    {
        private readonly List<long> _ends = [];

        public void Report(TrainingProgress value) => _ends.Add(Stopwatch.GetTimestamp());

        public double SecondsAfter(int steps) => Stopwatch.GetElapsedTime(_ends[steps - 1], _ends[^1]).TotalSeconds;
    }
}
