using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Trainers;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>An estimator that trains the model it finds upstream in the pipeline.</summary>
/// <typeparam name="TTransformer">What it fits.</typeparam>
public abstract class AlignmentTrainer<TTransformer> : IEstimator<TTransformer>
    where TTransformer : ModelTransformer
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
        CheckInput(inputSchema);
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
        using var given = (Settings.Options.InitialModel ?? AlignmentSchema.RequirePolicy(input.Schema, Settings.Method)).Share();
        using var incoming = given.On(RunDevice.Of(_data.Run));
        var training = Settings.Resolve(_host.Seed);
        training.RequireWhatIsEvaluated(_data.ValidationSet is not null, _data.Run.SamplePrompts.Count > 0 || _data.Run.Measure is not null);
        log.Info($"{Settings.Method}: {ScoringModel.Describe(incoming, "starts from")}, trains {Trained(incoming)}");
        using var rewardModel = AlignmentSchema.Find(input.Schema, AlignmentSchema.RewardModelKind)?.Share();
        var sets = new StageSets(_data.TrainingSet ?? input, _data.ValidationSet, _host.CheckAlive) { RewardModel = rewardModel };
        var context = new TrainingContext(Settings.Method, _data.Run, log.Info)
        {
            StageIndex = place.Index,
            Options = SavedJson.ElementOf(Settings.Options),
        };
        using var stage = new StageSetup(Settings, sets, incoming, training, context, place.Folder);
        var record = Train(stage);
        place.Fitted();
        using var model = stage.TakeModel();
        return CreateTransformer(
            _host.Environment, FittedSettings(Settings.FormatOf(sets.Training, incoming)),
            model.WithHistory([.. incoming.History, record]), incoming);
    }

    private protected TrainerSettings Settings { get; }

    /// <summary>Checks the columns of rows that a method is given beside its own.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="owner">Begins the role of columns in errors.</param>
    private protected ColumnCheck Check(IDataView data, string owner) => new(_host.Context, AlignmentSchema.ShapeOf(data.Schema), owner);

    private protected abstract string AnnotationKind { get; }

    /// <summary>The columns that the fitted stage computes.</summary>
    /// <param name="has">Whether the input has a text column of this name.</param>
    private protected abstract IReadOnlyList<ScoreColumn> Outputs(Func<string, bool> has);

    /// <summary>Refuses an input that lacks what the method needs beside a policy.</summary>
    private protected virtual void CheckInput(SchemaShape input)
    {
    }

    /// <summary>Refuses data without the columns that the method trains on.</summary>
    private protected abstract void CheckColumns(ColumnCheck data);

    /// <summary>Reads the rows, makes the method's plan of them and runs it.</summary>
    /// <returns>What is kept of the stage in its saved model.</returns>
    private protected abstract TrainingRecord Train(StageSetup stage);

    /// <summary>Makes the fitted stage, which owns the model from now on. It shares what it needs of the incoming policy.</summary>
    private protected abstract TTransformer CreateTransformer(
        IHostEnvironment environment, FittedSettings settings, LanguageModel model, LanguageModel incoming);

    private FittedSettings FittedSettings(PromptFormat format) => new()
    {
        Method = Settings.AdapterName,
        Columns = Settings.Options.Columns,
        PromptFormat = format,
        Generation = Settings.Options.Writing,
        Beta = Settings.RewardScale,
        Options = SavedJson.ElementOf(Settings.Options),
    };

    /// <summary>Gets the names of what all weights are copied for where no adapter trains.</summary>
    private protected virtual IReadOnlyList<string> Copies => ["the model"];

    private string Trained(LanguageModel incoming)
    {
        if (Settings.Options.Lora is { } lora)
            return $"an adapter of rank {lora.Rank}, alpha {lora.Alpha}";
        var bytes = incoming.BaseWeights.Sum(weight => weight.Shape.Aggregate((long)sizeof(float), (product, size) => product * size));
        var mebibytes = (bytes >> 20) + 1;
        var copies = Copies.Count == 1 ? "a copy" : $"{Copies.Count} copies";
        return $"all weights, in {copies} of {mebibytes} MiB for {string.Join(" and ", Copies)}, " +
            $"whose gradients and optimizer take {3 * Copies.Count * mebibytes} MiB more";
    }
}
