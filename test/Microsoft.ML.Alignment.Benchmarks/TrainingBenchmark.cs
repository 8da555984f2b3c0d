using System.Diagnostics;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Measures optimizer steps of a trainer on the first rows of the data, in order.</summary>
internal sealed class TrainingBenchmark(Arguments arguments, TrainingSetup setup, Method method)
{
    private const int WarmupSteps = 2;
    private const int MaxLength = 512;

    public Measurement Run()
    {
        var ml = new MLContext(seed: 1);
        var clock = new StepClock();
        var align = ml.Alignment(new AlignmentRun { Progress = clock });
        var rows = ml.Data.TakeRows(align.Data.LoadJsonLines(arguments.DataPath), (arguments.Steps + WarmupSteps) * setup.BatchSize);
        using var model = align.LoadModel(arguments.ModelPath);
        var tokens = TokensOfSteps(model, rows);
        var fitted = Fit(align, model, rows);
        fitted.Dispose();
        var seconds = clock.Seconds(WarmupSteps);
        return Measurements.Of(model) with
        {
            TokensPerSecond = tokens.Skip(WarmupSteps).Sum() / seconds,
            RowsPerSecond = (tokens.Count - WarmupSteps) * setup.BatchSize / seconds,
        };
    }

    private AlignmentTransformer Fit(AlignmentCatalog align, LanguageModel model, IDataView rows)
    {
        var training = new TrainingOptions
        {
            BatchSize = setup.BatchSize, Epochs = 1, MaxLength = MaxLength, Precision = setup.Precision, Shuffle = false, LearningRate = 1e-6,
        };
        return method switch
        {
            Method.Sft => align.Trainers.Sft(new() { Training = training, Lora = setup.Lora, InitialModel = model }).Fit(rows),
            Method.Dpo => align.Trainers.Dpo(new() { Training = training, Lora = setup.Lora, InitialModel = model }).Fit(rows),
            _ => align.Trainers.RewardModel(new() { Training = training, Lora = setup.Lora, InitialModel = model }).Fit(rows),
        };
    }

    // The trainer reports a rate since its beginning; the tokens of each step are counted here, as its batches hold them.
    private List<long> TokensOfSteps(LanguageModel model, IDataView rows)
    {
        var encoder = new PromptEncoder(model.Tokenizer, model.ChatTemplate, PromptFormat.Messages, model.Config.EosTokenIds);
        string[] completions = method == Method.Sft ? ["Chosen"] : ["Chosen", "Rejected"];
        var options = new ReadOptions(MaxLength, InvalidRows.Throw, _ => { }, CancellationToken.None) { BeginTokenId = model.Config.BosTokenId };
        using var store = ExampleReader.Read(rows, new("Prompt", completions, []), encoder, options);
        return [.. new DatasetSource(store, new(setup.BatchSize, setup.BatchSize, 0, false)).Steps(0).Select(step => step.Sum(batch => (long)batch.TokenCount))];
    }

    /// <summary>Notes when each step ended.</summary>
    private sealed class StepClock : IProgress<TrainingProgress>
    {
        private readonly List<long> _ends = [];

        public void Report(TrainingProgress value) => _ends.Add(Stopwatch.GetTimestamp());

        public double Seconds(int skippedSteps) => Stopwatch.GetElapsedTime(_ends[skippedSteps - 1], _ends[^1]).TotalSeconds;
    }
}
