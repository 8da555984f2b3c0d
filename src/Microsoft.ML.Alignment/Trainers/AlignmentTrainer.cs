using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Data;
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
    private readonly TrainerSettings _settings;
    private readonly AlignmentRun _run;
    private readonly IDataView? _trainingSet;

    private protected AlignmentTrainer(IHostEnvironment environment, TrainerSettings settings, AlignmentRun run, IDataView? trainingSet)
    {
        (_settings, _run, _trainingSet) = (settings, run, trainingSet);
        _host = new(environment, settings.Method + "Trainer");
    }

    /// <summary>Says which columns the stage adds, and refuses an input that it cannot be trained on.</summary>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <exception cref="ArgumentException">No stage upstream carries a policy; the message names the cure.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column to train on is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (_settings.Options.InitialModel is null)
            AlignmentSchema.CheckPolicy(inputSchema, _settings.Method);
        CheckColumns(new(_host.Context, _trainingSet is null ? inputSchema : AlignmentSchema.ShapeOf(_trainingSet.Schema)));
        return AlignmentSchema.Append(inputSchema, AnnotationKind, Outputs(_settings.Columns, name => AlignmentSchema.HasText(inputSchema, name)));
    }

    /// <summary>Trains.</summary>
    /// <param name="input">The rows to train on, unless the trainer was given a training set; its schema carries the model.</param>
    /// <returns>The fitted stage, which owns its models.</returns>
    /// <exception cref="ArgumentException">No stage upstream carries a policy, or a column is missing or has another type.</exception>
    /// <exception cref="TrainingCanceledException">The run was canceled.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient was not finite.</exception>
    /// <exception cref="InvalidDataException">A row cannot be trained on.</exception>
    /// <exception cref="WorkspaceException">The run cannot begin in its workspace, or not go on from it.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(AlignmentSchema.ShapeOf(input.Schema));
        using var log = _host.Start();
        var (index, folder) = RunWorkspace.Of(_run).Next(_settings.Method);
        using var incoming = (_settings.Options.InitialModel ?? AlignmentSchema.RequirePolicy(input.Schema, _settings.Method)).Share();
        var training = _settings.Resolve(_host.Seed);
        log.Info($"{_settings.Method}: {ScoringModel.Describe(incoming, "starts from")}, trains {Trained()}");
        var data = _trainingSet ?? input;
        var format = AlignmentSchema.ResolveFormat(_settings.Options.PromptFormat, data.Schema, _settings.Columns.Prompt, incoming);
        var model = CreateModel(incoming, training.Seed);
        try
        {
            var context = new TrainingContext(_settings.Method, _run, log.Info) { StageIndex = index, Options = _settings.SavedOptions };
            Train(new(model, incoming, training), data, format, context, folder);
            Freeze(model);
            return CreateTransformer(_host.Environment, StageOf(format), model, incoming);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private protected abstract string AnnotationKind { get; }

    /// <summary>Gets whether the loss is read at the completions' last tokens.</summary>
    private protected virtual bool ReadsEndTokens => false;

    /// <summary>The columns that the fitted stage computes.</summary>
    private protected abstract IReadOnlyList<ScoreColumn> Outputs(StageColumns columns, Func<string, bool> has);

    /// <summary>Refuses data without the columns that the method trains on.</summary>
    private protected abstract void CheckColumns(ColumnCheck data);

    /// <summary>The columns that the method trains on.</summary>
    private protected abstract ExampleColumns Columns(DataViewSchema schema, Action<string> log);

    private protected abstract IObjective<TokenBatch> CreateObjective(TrainedModel trained);

    /// <summary>Makes the fitted stage, which owns the model from now on. It shares what it needs of the incoming policy.</summary>
    private protected abstract TTransformer CreateTransformer(
        IHostEnvironment environment, StageSettings settings, LanguageModel model, LanguageModel incoming);

    /// <summary>The model that trains: the policy that came in with one more adapter, or a copy of all its weights.</summary>
    private protected virtual LanguageModel CreateModel(LanguageModel incoming, int seed)
    {
        if (_settings.Options.Lora is { } lora)
            return incoming.With([.. incoming.Adapters, CreateAdapter(incoming, lora, seed)], null);
        using var copy = incoming.TrainableCopy();
        return copy.With([], null);
    }

    private Models.Adapter CreateAdapter(LanguageModel incoming, LoraOptions lora, int seed)
    {
        var name = _settings.AdapterName;
        for (var repeat = 2; incoming.AdapterNames.Contains(name); repeat++)
            name = $"{_settings.AdapterName}-{repeat}";
        return LoraAdapter.Create(incoming, lora, name, seed);
    }

    private void Train(TrainedModel trained, IDataView data, PromptFormat format, TrainingContext context, string? folder)
    {
        var training = trained.Training;
        var config = trained.Model.Config;
        DataSummary? found = null;
        var options = new ReadOptions(Math.Min(training.MaxLength, config.MaxPositions), training.InvalidRows, context.Log, _run.CancellationToken)
        {
            BeginTokenId = config.BosTokenId,
            Summarized = summary => found = summary,
        };
        var plan = new BatchPlan(training.BatchSize, training.MicroBatchSize, training.Seed, training.Shuffle) { EndRows = ReadsEndTokens };
        var encoder = ScoringModel.Encoder(trained.Model, format);
        using var store = Read(data, Columns(data.Schema, context.Log), encoder, options);
        var summary = TrainingSummary.Of(
            _settings.Method, found!, trained.Model, (training, MemoryFormula.Estimate(trained.Model, trained.Incoming, training, store)));
        Tell(summary, context.Log);
        var source = new DatasetSource(store, plan);
        context = context.Watched(trained.Model, encoder, _settings.Options.Generation) with
        {
            Data = new(store.Count, 0) { Summary = summary },
            Checkpoints = StageWorkspace.Open(trained, context, folder, store, null),
        };
        new TrainingLoop(trained.Model, training, context).Run(new CheckedSource<TokenBatch>(source, _host.CheckAlive), CreateObjective(trained));
    }

    private void Tell(TrainingSummary summary, Action<string> log)
    {
        foreach (var line in summary.ToString().Split('\n', StringSplitOptions.TrimEntries))
            log(line);
        _run.Summary?.Report(summary);
    }

    private IExampleStore Read(IDataView data, ExampleColumns columns, PromptEncoder encoder, ReadOptions options)
    {
        try
        {
            return ExampleReader.Read(data, columns, encoder, options);
        }
        catch (OperationCanceledException canceled) when (canceled.CancellationToken == _run.CancellationToken)
        {
            throw new TrainingCanceledException(_settings.Method, canceled);
        }
    }

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
        Method = _settings.AdapterName,
        Columns = _settings.Columns,
        PromptFormat = format,
        Options = _settings.SavedOptions,
    };

    private string Trained() => _settings.Options.Lora is { } lora ? $"an adapter of rank {lora.Rank}, alpha {lora.Alpha}" : "all weights";
}
