using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.Tests.Checkpoints;

/// <summary>One process's part of a run: a tiny model that trains on random examples, with or without a folder that keeps it.</summary>
internal sealed class CheckpointedRun(string? folder) : ITrainingObserver
{
    private readonly List<StageEvaluation> _evaluations = [];
    private readonly List<TrainingProgress> _steps = [];

    /// <summary>How it trains: 10 steps over 3 epochs, with every state that there is.</summary>
    public TrainingOptions Options { get; init; } = new()
    {
        LearningRate = 0.01, BatchSize = 4, MicroBatchSize = 2, MaxSteps = 10, WeightDecay = 0.1, WarmupRatio = 0.2,
    };

    /// <summary>Whether an adapter with dropout trains, or else all weights.</summary>
    public bool Lora { get; init; } = true;

    public AlignmentRun Run { get; init; } = new() { CheckpointEverySteps = 3 };

    /// <summary>The step after which the run is canceled; null for never.</summary>
    public int? CancelAfter { get; init; }

    public TokenizedExample[] Rows { get; init; } = RandomExamples.Completions(15);

    /// <summary>Losses of the evaluations to come, in the place of a real validation; null for a real one.</summary>
    public double[]? ValidationLosses { get; init; }

    public bool Validates { get; init; }

    public IReadOnlyList<StageEvaluation> Evaluations => _evaluations;

    public IReadOnlyList<TrainingProgress> Steps => _steps;

    public StageStart? Start { get; private set; }

    public StageEnd End { get; private set; }

    /// <summary>Trains, or goes on.</summary>
    /// <returns>The weights in the end.</returns>
    public float[] Train()
    {
        using var model = TestModels.Tiny();
        using var policy = Lora
            ? Adapted(model)
            : model.TrainableCopy();
        Train(policy);
        return Weights(policy);
    }

    public void Train(LanguageModel policy, IObjective<TokenBatch>? objective = null)
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new ProgressList(report => { if (report.Step == CancelAfter) cancellation.Cancel(); });
        var run = Run with { Progress = progress, CancellationToken = cancellation.Token };
        var training = Options.Resolve(new(1, 1), seed: 5);
        var identity = new RunIdentity(training, null);
        identity["training data"] = ContentHash.Of(new ListStore(Rows));
        var context = new TrainingContext("Test", run, _ => { })
        {
            Observers = [this],
            Checkpoints = folder is null ? null : new WorkspaceStage("Test", folder, identity, run),
        };
        using var still = LoraAdapter.WithoutDropout(policy);
        new TrainingLoop([new(policy)], training, context).Run(Source(Rows), objective ?? Objective(policy), Validation(still));
    }

    void ITrainingObserver.Started(StageStart stage) => Start = stage;

    void ITrainingObserver.Stepped(TrainingProgress progress) => _steps.Add(progress);

    void ITrainingObserver.Evaluated(StageEvaluation evaluation) => _evaluations.Add(evaluation);

    void ITrainingObserver.Ended(StageEnd end) => End = end;

    /// <summary>The model with an adapter with dropout.</summary>
    public static LanguageModel Adapted(LanguageModel model) =>
        model.With([LoraAdapter.Create(model, new() { Rank = 2, Dropout = 0.3 }, "test", seed: 1)], null);

    public static DatasetSource<TokenBatch> Source(TokenizedExample[] rows) =>
        new(new ListStore(rows), new(4, 2, Seed: 5, Shuffle: true), examples => Collator.Pack(examples));

    public static float[] Weights(LanguageModel policy) => [.. policy.TrainableParameters.SelectMany(p => p.detach().data<float>().ToArray())];

    private static NextTokenObjective Objective(LanguageModel policy) => new(policy, Precision.Float32);

    private IValidation? Validation(LanguageModel policy)
    {
        if (ValidationLosses is not null)
            return new GivenValidation(ValidationLosses);
        return Validates ? new Validation<TokenBatch>(Source(RandomExamples.Completions(7, seed: 9)), Objective(policy)) : null;
    }

    private sealed class GivenValidation(double[] losses) : IValidation
    {
        private int _next;

        public IReadOnlyDictionary<string, double> Measure(CancellationToken cancellation) =>
            new Dictionary<string, double> { [ValidationMetrics.Loss] = losses[_next++] };
    }
}
