using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Training;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>A stage that begins: what a method finds, and what runs the plan that it makes of that.</summary>
/// <param name="settings">The method.</param>
/// <param name="sets">What it trains on and is measured on.</param>
/// <param name="incoming">The policy that comes in; borrowed.</param>
/// <param name="training">How it trains.</param>
/// <param name="context">Whom to tell, and when to stop.</param>
/// <param name="folder">The stage's folder in the workspace; null without a workspace.</param>
internal sealed class StageSetup(
    TrainerSettings settings, StageSets sets, LanguageModel incoming, ResolvedTraining training, TrainingContext context, string? folder)
    : IDisposable
{
    private readonly ManifestRecorder _recorder = new(incoming);
    private readonly DateTime? _templateTime = TemplateClock.Of(
        settings.FormatOf(sets.Training, incoming) == PromptFormat.Text ? null : incoming.ChatTemplate, settings.Options.TemplateTime, folder);

    private LanguageModel? _still;

    /// <summary>Gets the policy that came in.</summary>
    public LanguageModel Incoming => incoming;

    /// <summary>Gets the model that trains: the policy that came in with one more adapter, or a copy of all its weights.</summary>
    public LanguageModel Model { get; private set; } = NewModel.Of(incoming, settings, training.Seed);

    /// <summary>Gets how it trains.</summary>
    public ResolvedTraining Training => training;

    /// <summary>Gets whom to tell, and when to stop.</summary>
    public TrainingContext Context => context;

    /// <summary>Gets how rows are dealt out to steps.</summary>
    public BatchPlan Plan { get; } = new(training.BatchSize, training.MicroBatchSize, training.Seed, training.Shuffle)
    {
        MicroBatchTokens = training.MicroBatchTokens,
    };

    /// <summary>Gets the most tokens of a sequence.</summary>
    public int MaxLength => Math.Min(training.MaxLength, incoming.Config.MaxPositions);

    /// <summary>Gives the model that trains a scalar head, which trains too.</summary>
    public void AddHead(Parameter head)
    {
        using var headless = Model;
        Model = headless.With(headless.Adapters, head);
    }

    /// <summary>Reads the rows. The caller disposes them.</summary>
    /// <param name="columns">The columns that the method trains on.</param>
    /// <param name="adapt">Changes how the training rows, then those of validation, are read; null for nothing.</param>
    /// <exception cref="InvalidDataException">A row cannot be trained on.</exception>
    /// <exception cref="TrainingCanceledException">The run was canceled.</exception>
    public StageRows Read(Func<DataViewSchema, ExampleColumns> columns, Func<ReadOptions, ReadOptions>? adapt = null)
    {
        DataSummary? found = null;
        adapt ??= options => options;
        var rows = Read(sets.Training, columns, options => adapt(options) with { Summarized = summary => found = summary });
        try
        {
            return new(rows, sets.Validation is { } validation ? Read(validation, columns, adapt) : null, found!);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Reads rows that are trained on beside the stage's own. The caller disposes them.</summary>
    /// <param name="data">The rows; null for those that the stage trains on.</param>
    /// <param name="columns">The columns of them that are trained on.</param>
    /// <exception cref="InvalidDataException">A row cannot be trained on.</exception>
    /// <exception cref="TrainingCanceledException">The run was canceled.</exception>
    public IExampleStore ReadBeside(IDataView? data, ExampleColumns columns) => Read(data ?? sets.Training, _ => columns, options => options);

    /// <summary>Opens the reference that the options name; the caller disposes it.</summary>
    public OpenReference Open(ReferencePolicy reference) => reference.Open(Model, incoming);

    /// <summary>What the method measures on a validation set: on the model that trains, without dropout.</summary>
    /// <param name="rows">The rows; nothing is measured where there are none to do so on.</param>
    /// <param name="source">Serves them.</param>
    /// <param name="objective">What is measured of a model.</param>
    public IValidation? Validation<TBatch>(
        StageRows rows, Func<IExampleStore, IBatchSource<TBatch>> source, Func<LanguageModel, IObjective<TBatch>> objective) =>
        rows.Validation is { } store ? new Validation<TBatch>(Checked(source(store)), objective(Still)) : null;

    /// <summary>Trains.</summary>
    /// <returns>What is kept of the stage in its saved model.</returns>
    public TrainingRecord Run<TBatch>(StageRows rows, StagePlan<TBatch> plan)
        where TBatch : ITrainingBatch
    {
        var summary = StageSummary.Of(settings, this, rows, plan.PassesOfRow, plan.Sampling);
        Tell(summary, plan.Remarks);
        var watched = context.Watched(Model, Encoder(sets.Training), settings.Options.Writing);
        watched = watched with
        {
            Data = new(rows.Training.Count, rows.Validation?.Count ?? 0) { Summary = summary },
            States = plan.States,
            Sampled = plan.Sampled,
            Checkpoints = StageWorkspace.Open(this, context, folder, rows, plan.Facts),
            Observers = [.. watched.Observers, _recorder],
        };
        new TrainingLoop([new(Model), .. plan.AlsoTrains], training, watched).Run(Checked(plan.Source), plan.Objective, plan.Validation);
        var data = rows.Summary;
        var facts = new DataRecord(data.Rows, data.Used, data.Skipped, ContentHash.Of(rows.Training));
        return _recorder.Record(settings, training, facts) with { TemplateTime = _templateTime };
    }

    /// <summary>The model that was trained, which trains no more; the caller's. The setup holds it no longer.</summary>
    public LanguageModel TakeModel()
    {
        var model = Model.Share();
        foreach (var parameter in model.TrainableParameters)
        {
            parameter.grad?.Dispose();
            parameter.grad = null;
            parameter.requires_grad = false;
        }

        return model;
    }

    /// <summary>Gets what reads the prompts that are trained on, and writes completions of them.</summary>
    public PromptEncoder TrainingEncoder => Encoder(sets.Training);

    /// <summary>Gets the reward model that comes in; borrowed. Null where there is none.</summary>
    public LanguageModel? RewardModel => sets.RewardModel;

    /// <summary>Reads prompts as the stage does.</summary>
    public PromptEncoder Encoder(IDataView data) => ScoringModel.Encoder(Model, settings.FormatOf(data, incoming), _templateTime);

    public void Dispose()
    {
        _still?.Dispose();
        Model.Dispose();
    }

    // It shares all weights, so that it changes as the model trains.
    private LanguageModel Still => _still ??= LoraAdapter.WithoutDropout(Model);

    private CheckedSource<TBatch> Checked<TBatch>(IBatchSource<TBatch> source) => new(source, sets.CheckAlive);

    private void Tell(TrainingSummary summary, IReadOnlyList<string> remarks)
    {
        foreach (var line in summary.ToString().Split('\n', StringSplitOptions.TrimEntries).Concat(remarks))
            context.Log(line);
        context.Run.Summary?.Report(summary);
    }

    private IExampleStore Read(IDataView data, Func<DataViewSchema, ExampleColumns> columns, Func<ReadOptions, ReadOptions> adapt)
    {
        var options = adapt(new(MaxLength, training.InvalidRows, context.Log, context.Run.CancellationToken)
        {
            BeginTokenId = Model.Config.BosTokenId,
            LeavesOutUntrained = true,
            LongCompletions = training.LongCompletions,
            KnowsFormat = TextFormat.IsKnown(settings.Options.PromptFormat, data.Schema, settings.Options.PromptColumnName),
        });
        try
        {
            return ExampleReader.Read(data, columns(data.Schema), Encoder(data), options);
        }
        catch (OperationCanceledException canceled) when (canceled.CancellationToken == context.Run.CancellationToken)
        {
            throw new TrainingCanceledException(context.Stage, canceled);
        }
    }
}
