using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Training.Checkpoints;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>An estimator that trains the model it finds upstream in the pipeline.</summary>
/// <typeparam name="TTransformer">What it fits.</typeparam>
public abstract class AlignmentTrainer<TTransformer> : IEstimator<TTransformer>
    where TTransformer : AlignmentTransformer
{
    private readonly TrainerHost _host;
    private readonly TrainerData _data;

    private protected AlignmentTrainer(IHostEnvironment environment, TrainerSettings settings, TrainerData data)
    {
        (Settings, _data) = (settings, data);
        _host = new(environment, settings.Method + "Trainer");
    }

    /// <summary>Says which columns the stage adds, and refuses an input that it cannot be trained on.</summary>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <exception cref="ArgumentException">No stage upstream carries a policy; the message names the cure.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column to train on is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (Settings.Options.InitialModel is null)
            AlignmentSchema.CheckPolicy(inputSchema, Settings.Method);
        CheckColumns(new(_host.Context, _data.TrainingSet is null ? inputSchema : AlignmentSchema.ShapeOf(_data.TrainingSet.Schema)));
        if (_data.ValidationSet is not null)
            CheckColumns(new(_host.Context, AlignmentSchema.ShapeOf(_data.ValidationSet.Schema), "validation set's "));
        return AlignmentSchema.Append(inputSchema, AnnotationKind, Outputs(name => AlignmentSchema.HasText(inputSchema, name)));
    }

    /// <summary>Trains.</summary>
    /// <param name="input">The rows to train on, unless the trainer was given a training set; its schema carries the model.</param>
    /// <returns>The fitted stage, which owns its models.</returns>
    /// <exception cref="ArgumentException">No stage upstream carries a policy, or a column is missing or has another type.</exception>
    /// <exception cref="TrainingCanceledException">The run was canceled.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient was not finite.</exception>
    /// <exception cref="InvalidDataException">A row cannot be trained on.</exception>
    /// <exception cref="InvalidOperationException">An option of the evaluation is set, and there is no validation set.</exception>
    /// <exception cref="WorkspaceException">The run cannot begin in its workspace, or not go on from it.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(AlignmentSchema.ShapeOf(input.Schema));
        using var log = _host.Start();
        using var place = RunWorkspace.Of(_data.Run).Next(Settings.Method);
        using var incoming = (Settings.Options.InitialModel ?? AlignmentSchema.RequirePolicy(input.Schema, Settings.Method)).Share();
        var training = Settings.Resolve(_host.Seed);
        training.RequireWhatIsEvaluated(_data.ValidationSet is not null, _data.Run.SamplePrompts.Count > 0);
        log.Info($"{Settings.Method}: {ScoringModel.Describe(incoming, "starts from")}, trains {Trained()}");
        var data = _data.TrainingSet ?? input;
        var model = CreateModel(incoming, training.Seed);
        try
        {
            var context = new TrainingContext(Settings.Method, _data.Run, log.Info)
            {
                StageIndex = place.Index,
                Options = StageFile.OptionsOf(Settings.Options),
            };
            var record = Train(new(model, incoming, training), data, context, place.Folder);
            Freeze(model);
            using (model)
                return CreateTransformer(
                    _host.Environment, StageOf(FormatOf(data, incoming)), model.WithHistory([.. incoming.History, record]), incoming);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private protected TrainerSettings Settings { get; }

    private protected abstract string AnnotationKind { get; }

    /// <summary>Gets whether the loss is read at the completions' last tokens.</summary>
    private protected virtual bool ReadsEndTokens => false;

    /// <summary>The columns that the fitted stage computes.</summary>
    /// <param name="has">Whether the input has a text column of this name.</param>
    private protected abstract IReadOnlyList<ScoreColumn> Outputs(Func<string, bool> has);

    /// <summary>Refuses data without the columns that the method trains on.</summary>
    private protected abstract void CheckColumns(ColumnCheck data);

    /// <summary>The columns that the method trains on.</summary>
    private protected abstract ExampleColumns Columns(DataViewSchema schema, Action<string> log);

    /// <summary>How rows are dealt out to steps, where the method needs more of it.</summary>
    /// <param name="plan">What all methods need.</param>
    /// <param name="maxLength">The most tokens of a sequence.</param>
    /// <param name="beginTokenId">The id that stays in front of a prompt that is cut; null if there is none.</param>
    private protected virtual BatchPlan Plan(BatchPlan plan, int maxLength, int? beginTokenId) => plan;

    /// <summary>Makes what the method carries from step to step beside weights, which a checkpoint keeps; null for nothing.</summary>
    private protected virtual IStepHook? Carry(LanguageModel model) => null;

    /// <summary>Says what the rows mean for the method, before it trains on them.</summary>
    private protected virtual void LookAt(IExampleStore store, Action<string> log)
    {
    }

    private protected abstract IObjective<TokenBatch> CreateObjective(TrainedModel trained);

    /// <summary>Makes the fitted stage, which owns the model from now on. It shares what it needs of the incoming policy.</summary>
    private protected abstract TTransformer CreateTransformer(
        IHostEnvironment environment, StageSettings settings, LanguageModel model, LanguageModel incoming);

    /// <summary>The model that trains: the policy that came in with one more adapter, or a copy of all its weights.</summary>
    private protected virtual LanguageModel CreateModel(LanguageModel incoming, int seed)
    {
        if (Settings.Options.Lora is { } lora)
            return incoming.With([.. incoming.Adapters, CreateAdapter(incoming, lora, seed)], null);
        using var copy = incoming.TrainableCopy();
        return copy.With([], null);
    }

    private Models.Adapter CreateAdapter(LanguageModel incoming, LoraOptions lora, int seed)
    {
        var name = Settings.AdapterName;
        for (var repeat = 2; incoming.AdapterNames.Contains(name); repeat++)
            name = $"{Settings.AdapterName}-{repeat}";
        return LoraAdapter.Create(incoming, lora, name, seed);
    }

    private StageRecord Train(TrainedModel trained, IDataView data, TrainingContext context, string? folder)
    {
        var recorder = new ManifestRecorder(trained.Incoming);
        DataSummary? found = null;
        using var store = Read(trained, data, context, summary => found = summary);
        using var validationStore = _data.ValidationSet is { } validationSet ? Read(trained, validationSet, context, null) : null;
        var plan = Dealt(trained);
        var summary = StageSummary.Of(Settings, trained, plan, store, found!);
        Tell(summary, context);
        LookAt(store, context.Log);
        using var still = LoraAdapter.WithoutDropout(trained.Model);
        using var reference = Settings.Reference.Open(trained.Model, trained.Incoming);
        trained = trained with { Reference = reference.Model, Carried = Carry(trained.Model) };
        var objective = CreateObjective(trained);
        var validation = validationStore is null
            ? null
            : new Validation<TokenBatch>(Source(validationStore, plan), CreateObjective(trained with { Model = still }));
        context = context.Watched(trained.Model, Encoder(trained, data), Settings.Options.Writing);
        context = context with
        {
            Data = new(store.Count, validationStore?.Count ?? 0) { Summary = summary },
            Hooks = trained.Carried is { } carried ? [.. reference.Hooks, carried] : reference.Hooks,
            Checkpoints = StageWorkspace.Open(trained, context, folder, store, validationStore),
            Observers = [.. context.Observers, recorder],
        };
        var examples = reference.Prepare(store, plan with { Mismatched = null }, objective, context);
        new TrainingLoop(trained.Model, trained.Training, context)
            .Run(reference.Ahead(Source(examples, plan), plan, objective), objective, validation);
        return recorder.Record(Settings, trained.Training, new(found!.Rows, found.Used, found.Skipped, ContentHash.Of(store)));
    }

    private static void Tell(TrainingSummary summary, TrainingContext context)
    {
        foreach (var line in summary.ToString().Split('\n', StringSplitOptions.TrimEntries))
            context.Log(line);
        context.Run.Summary?.Report(summary);
    }

    private CheckedSource<TokenBatch> Source(IExampleStore store, BatchPlan plan) => new(new DatasetSource(store, plan), _host.CheckAlive);

    private BatchPlan Dealt(TrainedModel trained)
    {
        var training = trained.Training;
        var plan = new BatchPlan(training.BatchSize, training.MicroBatchSize, training.Seed, training.Shuffle)
        {
            MicroBatchTokens = training.MicroBatchTokens,
            EndRows = ReadsEndTokens,
        };
        return Plan(plan, MaxLengthOf(trained), trained.Model.Config.BosTokenId);
    }

    private static int MaxLengthOf(TrainedModel trained) => Math.Min(trained.Training.MaxLength, trained.Model.Config.MaxPositions);

    private IExampleStore Read(TrainedModel trained, IDataView data, TrainingContext context, Action<DataSummary>? summarized)
    {
        var options = new ReadOptions(
            MaxLengthOf(trained), trained.Training.InvalidRows, context.Log, context.Run.CancellationToken)
        {
            BeginTokenId = trained.Model.Config.BosTokenId,
            LeavesOutUntrained = true,
            Summarized = summarized,
        };
        try
        {
            return ExampleReader.Read(data, Columns(data.Schema, context.Log), Encoder(trained, data), options);
        }
        catch (OperationCanceledException canceled) when (canceled.CancellationToken == context.Run.CancellationToken)
        {
            throw new TrainingCanceledException(context.Stage, canceled);
        }
    }

    private PromptEncoder Encoder(TrainedModel trained, IDataView data) => ScoringModel.Encoder(trained.Model, FormatOf(data, trained.Incoming));

    private PromptFormat FormatOf(IDataView data, LanguageModel model) =>
        AlignmentSchema.ResolveFormat(Settings.Options.PromptFormat, data.Schema, Settings.Options.PromptColumnName, model);

    private static void Freeze(LanguageModel model)
    {
        foreach (var parameter in model.TrainableParameters)
        {
            parameter.grad?.Dispose();
            parameter.grad = null;
            parameter.requires_grad = false;
        }
    }

    private StageSettings StageOf(PromptFormat format) => new()
    {
        Method = Settings.AdapterName,
        Columns = Settings.Options.Columns,
        PromptFormat = format,
        Generation = Settings.Options.Writing,
        Beta = Settings.Beta,
        Options = StageFile.OptionsOf(Settings.Options),
    };

    private string Trained() => Settings.Options.Lora is { } lora ? $"an adapter of rank {lora.Rank}, alpha {lora.Alpha}" : "all weights";
}
