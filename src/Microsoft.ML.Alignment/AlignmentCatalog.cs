using Microsoft.ML.Alignment.Data.Splitting;
using Microsoft.ML.Alignment.Evaluation;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>The front door: aligns language models with ML.NET pipelines.</summary>
public sealed partial class AlignmentCatalog
{
    private readonly MLContext _environment;
    private readonly AlignmentRun _run;

    internal AlignmentCatalog(MLContext environment, AlignmentRun run)
    {
        RunDevice.RequireThere(run);
        (_environment, _run) = (environment, run);
        RunWorkspace.Of(run);
        Data = new(environment);
        Trainers = new(environment, run);
        Feedback = new(environment, run);
    }

    /// <summary>Gets the readers of data sets.</summary>
    public AlignmentDataCatalog Data { get; }

    /// <summary>Gets the methods.</summary>
    public TrainerCatalog Trainers { get; }

    /// <summary>Gets the stages that make training data with the help of models or people.</summary>
    public FeedbackCatalog Feedback { get; }

    /// <summary>Begins a pipeline with a pretrained model, which is loaded when the pipeline is fitted.</summary>
    /// <param name="path">A Hugging Face folder or a GGUF file.</param>
    /// <param name="options">How the model answers.</param>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="FileNotFoundException">
    /// There is no such GGUF file, or the folder lacks its configuration or its weights.
    /// </exception>
    /// <exception cref="InvalidDataException">The file is no GGUF file.</exception>
    public BaseModelEstimator BaseModel(string path, BaseModelEstimator.Options? options = null) => new(_environment, path, _run, options ?? new());

    /// <summary>Loads a pretrained model at once, for example to give it to several trainers as their initial model.</summary>
    /// <param name="path">A Hugging Face folder or a GGUF file.</param>
    /// <param name="chatTemplate">The name of one of its chat templates, or a template in Jinja, which becomes its own; null for its own.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ChatTemplateException">The chat template cannot be read.</exception>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="FileNotFoundException">There is no such GGUF file, or the folder lacks its configuration or its weights.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or of another format, or there is no chat template of the name.</exception>
    /// <exception cref="NotSupportedException">The model needs something that is not implemented.</exception>
    public LanguageModel LoadModel(string path, string? chatTemplate = null)
    {
        using var log = new TrainerHost(_environment, nameof(LoadModel)).Start();
        log.Info($"LoadModel: '{path}'");
        using var model = PretrainedModel.Load(path, chatTemplate);
        if (model.EndTokenDisagreement is { } disagreement)
            log.Info($"LoadModel: {disagreement}");
        return model.On(RunDevice.Of(_run));
    }

    /// <summary>
    /// Saves a fitted pipeline as <c>Model.Save</c> does, under a temporary name that becomes the file's when all is written: what was there
    /// stays whole until then, also where the disk is full. <c>Model.Save</c> empties the file first.
    /// </summary>
    /// <param name="model">The fitted pipeline.</param>
    /// <param name="inputSchema">The columns that go in; null if they are not to be kept.</param>
    /// <param name="path">The file; one that is there is replaced, and where it is a link, what it points to.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; the one that was there is as it was.</exception>
    public void Save(ITransformer model, DataViewSchema? inputSchema, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        PipelineFile.Save(_environment.Model, model, inputSchema, path);
    }

    /// <summary>
    /// Loads a saved pipeline as <c>Model.Load</c> does, after checking the file; what is wrong is said at once, and not by an exception
    /// inside several others.
    /// </summary>
    /// <param name="path">A file that <see cref="Save"/> or <c>Model.Save</c> wrote. It says which code loads it: load files you trust.</param>
    /// <param name="inputSchema">The columns that go in; null if they were not kept.</param>
    /// <returns>The pipeline, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no saved pipeline, or it is damaged, or of a later version.</exception>
    /// <exception cref="NotSupportedException">A model in it needs something that is not implemented.</exception>
    public ITransformer Load(string path, out DataViewSchema inputSchema)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return PipelineFile.Load(_environment.Model, path, out inputSchema);
    }

    /// <summary>
    /// Measures how well implicit rewards, or other scores that a fitted stage has computed, tell chosen from rejected completions.
    /// </summary>
    /// <param name="data">What <c>Transform</c> of a fitted stage gave, read once.</param>
    /// <param name="chosenScoreColumnName">The single column of the chosen completions' scores.</param>
    /// <param name="rejectedScoreColumnName">The single column of the rejected completions' scores.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidDataException">A score is not finite, or there is no row.</exception>
    public PreferenceMetrics EvaluatePreferences(
        IDataView data, string chosenScoreColumnName = "ChosenImplicitReward", string rejectedScoreColumnName = "RejectedImplicitReward") =>
        Logged(nameof(EvaluatePreferences), ScoredData.Preferences(data, chosenScoreColumnName, rejectedScoreColumnName));

    /// <summary>Measures a reward model on pairs: accuracy, margin, calibration and how far it rewards length.</summary>
    /// <param name="data">
    /// What <c>Transform</c> of the fitted reward model gave, with <c>ChosenReward</c> and <c>RejectedReward</c>; read once.
    /// </param>
    /// <param name="chosenColumnName">The text column of the better completions.</param>
    /// <param name="rejectedColumnName">The text column of the worse completions.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidDataException">A reward is not finite, or there is no row.</exception>
    public RewardModelMetrics EvaluateRewardModel(
        IDataView data, string chosenColumnName = ColumnNames.Chosen, string rejectedColumnName = ColumnNames.Rejected) =>
        Logged(nameof(EvaluateRewardModel), ScoredData.RewardModel(data, chosenColumnName, rejectedColumnName));

    /// <summary>Counts how often completions score higher than an opponent's for the same prompts.</summary>
    /// <param name="data">Rows with a score of each, for example rewards from one reward model; read once.</param>
    /// <param name="scoreColumnName">The single column of the completions' scores.</param>
    /// <param name="opponentScoreColumnName">The single column of the opponent's scores.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidDataException">A score is not finite, or there is no row.</exception>
    public WinRateMetrics EvaluateWinRate(IDataView data, string scoreColumnName, string opponentScoreColumnName) =>
        Logged(nameof(EvaluateWinRate), ScoredData.WinRate(data, scoreColumnName, opponentScoreColumnName));

    /// <summary>Fits a pipeline once a fold, without the fold's rows, and measures it on them.</summary>
    /// <typeparam name="TMetrics">What is measured.</typeparam>
    /// <param name="data">The rows.</param>
    /// <param name="pipeline">The pipeline; stages with a training set of their own train on that in every fold.</param>
    /// <param name="evaluate">Measures scored rows, for example <c>scored => align.EvaluatePreferences(scored)</c>.</param>
    /// <param name="numberOfFolds">Folds, at least 2.</param>
    /// <param name="samplingKeyColumnName">
    /// Rows that are equal here go to the same fold, and folds are as equal in rows as that allows; null spreads all rows.
    /// </param>
    /// <param name="seed">Seed of the split; null takes the context's.</param>
    /// <returns>The folds, which the caller disposes: each holds its models.</returns>
    /// <exception cref="ArgumentException">There are fewer than 2 folds, or no such column.</exception>
    /// <exception cref="InvalidDataException">
    /// There are too few rows, or rows that differ in the column, for the folds; nothing was fitted.
    /// </exception>
    /// <exception cref="CrossValidationException{TMetrics}">A fold failed; the exception has those before it.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; what was fitted is disposed.</exception>
    public IReadOnlyList<CrossValidationFold<TMetrics>> CrossValidate<TMetrics>(
        IDataView data, IEstimator<ITransformer> pipeline, Func<IDataView, TMetrics> evaluate,
        int numberOfFolds = 5, string? samplingKeyColumnName = ColumnNames.Prompt, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(evaluate);
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(
                nameof(numberOfFolds), numberOfFolds, $"{numberOfFolds} folds were asked for; at least 2 are needed.");
        var splits = samplingKeyColumnName is not null && AlignmentSchema.HasText(data.Schema, samplingKeyColumnName)
            ? PromptFolds.Of(data, numberOfFolds, seed ?? new TrainerHost(_environment, nameof(CrossValidate)).Seed, samplingKeyColumnName)
                .Select(fold => TrainTestSets.Of(fold.Train, fold.Test)).ToArray()
            : [.. _environment.Data.CrossValidationSplit(data, numberOfFolds, samplingKeyColumnName, seed)];
        return CrossValidation.Run(splits, pipeline, evaluate);
    }

    /// <summary>Runs single rows through a fitted pipeline; a prompt may be a list of <see cref="Extensions.AI.ChatMessage"/>.</summary>
    /// <typeparam name="TSource">The row that goes in.</typeparam>
    /// <typeparam name="TDestination">What comes out; only the columns that it has are computed.</typeparam>
    /// <param name="transformer">The pipeline, which stays the caller's.</param>
    /// <exception cref="ArgumentException">A property of the row has a type that no column can have.</exception>
    public ChatEngine<TSource, TDestination> CreateChatEngine<TSource, TDestination>(ITransformer transformer)
        where TSource : class
        where TDestination : class, new()
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return new(_environment, transformer);
    }

    private T Logged<T>(string name, T metrics)
    {
        using var log = new TrainerHost(_environment, name).Start();
        log.Info($"{name}: {metrics}");
        return metrics;
    }
}
