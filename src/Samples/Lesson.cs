using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Serving;
using Samples.Story;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples;

/// <summary>What samples work with: a model, verbs to train and to measure on, common options, and tables of what came of it.</summary>
internal sealed class Lesson : IDisposable
{
    private readonly DrillModel _model;
    private readonly DrillSettings _settings;
    private readonly Drill _training;
    private readonly Drill _test;
    private readonly VerbSplit _verbs;
    private readonly string? _picturePath;
    private readonly AlignmentRun _run;

    /// <summary>Makes a lesson; the caller disposes it.</summary>
    /// <param name="command">What the user wants.</param>
    /// <param name="stop">Stops training.</param>
    /// <param name="workspacePath">The folder that keeps the run, which goes on where it was stopped; null keeps nothing.</param>
    public Lesson(LessonCommand command, CancellationToken stop, string? workspacePath = null)
    {
        Seed = command.Seed;
        ML = new MLContext(command.Seed);
        _run = new() { Progress = History, CancellationToken = stop };
        Align = ML.Alignment(_run with { WorkspacePath = workspacePath, Resume = workspacePath is not null });
        _verbs = command.HeldOut ? VerbSplit.HeldOut(command.Seed) : VerbSplit.Test;
        _picturePath = command.PicturePath;
        _model = command.ModelPath is null ? DrillModel.Kept(ML, ML.Alignment(_run), command.Seed) : DrillModel.Real(command.ModelPath);
        var settings = _model.Settings(command.Seed);
        _settings = settings with
        {
            SftBeforeOthers = settings.SftBeforeOthers with { MaxSteps = command.Steps },
            Dpo = settings.Dpo with { MaxSteps = command.Steps },
        };
        _training = new(ML, _verbs.Train);
        _test = new(ML, TestVerbs);
    }

    /// <summary>The seed of everything random.</summary>
    public int Seed { get; }

    public MLContext ML { get; }

    public AlignmentCatalog Align { get; }

    /// <summary>The model to start from: a Hugging Face folder or a GGUF file.</summary>
    public string ModelPath => _model.Location;

    /// <summary>Right answers about the training verbs: <c>Prompt</c>, <c>Completion</c>.</summary>
    public IDataView Instructions => _training.Instructions;

    /// <summary>Questions about the training verbs without any answer: <c>Prompt</c>.</summary>
    public IDataView Prompts => _training.Prompts;

    /// <summary>Right answers against wrong ones, went > goed: <c>Prompt</c>, <c>Chosen</c>, <c>Rejected</c>.</summary>
    public IDataView Pairs => _training.Preferences;

    /// <summary>The same about verbs that are never trained on.</summary>
    public IDataView TestPairs => _test.Preferences;

    /// <summary>The whole order went > goed > wented in pairs, for a reward model.</summary>
    public IDataView Rankings => _training.Rankings;

    /// <summary>The same about verbs that are never trained on.</summary>
    public IDataView TestRankings => _test.Rankings;

    /// <summary>Verbs that are never trained on.</summary>
    public IReadOnlyList<Verb> TestVerbs => _verbs.Measured;

    /// <summary>Verbs that are trained on.</summary>
    public IReadOnlyList<Verb> TrainVerbs => _verbs.Train;

    /// <summary>What <see cref="TestVerbs"/> are.</summary>
    public string Measured => ReferenceEquals(_verbs, VerbSplit.Test) ? "Test verbs" : "Held-out verbs, to choose settings on";

    /// <summary>Questions about the training verbs with their forms, for rewards that follow a rule.</summary>
    public IDataView Questions => _training.Questions;

    /// <summary>The same about verbs that are never trained on.</summary>
    public IDataView TestQuestions => _test.Questions;

    /// <summary>What training measured.</summary>
    public ProgressHistory History { get; } = new();

    /// <summary>The size of an adapter.</summary>
    public LoraOptions Lora => _settings.Lora;

    /// <summary>Short answers.</summary>
    public GenerationOptions Answers { get; } = new() { MaxNewTokens = 32 };

    /// <summary>
    /// How the SFT stage before a method of preferences trains. The tiny model gets half of it, so that something is left to improve.
    /// </summary>
    public SftTrainer.Options Sft => new() { Lora = Lora, Training = _settings.SftBeforeOthers, Generation = Answers };

    /// <summary>How a stage trains.</summary>
    /// <param name="tiny">The learning rate for the tiny model.</param>
    /// <param name="real">The learning rate for a real one.</param>
    public TrainingOptions Training(double tiny, double real) => _settings.Dpo with { LearningRate = _model.IsTiny ? tiny : real };

    /// <summary>A number for the tiny model, or for a real one.</summary>
    public T Choose<T>(T tiny, T real) => _model.IsTiny ? tiny : real;

    /// <summary>The better completion of each pair, to be imitated.</summary>
    public IDataView BetterSides(IDataView pairs) => ML.Transforms.CopyColumns("Completion", "Chosen").Fit(pairs).Transform(pairs);

    /// <summary>What <see cref="Align"/> is, keeping a run: metrics, sampled answers, report.html.</summary>
    /// <param name="name">What the run is called; one of that name that was kept before is removed.</param>
    /// <param name="folder">Where it is kept: below the folder out.</param>
    public AlignmentCatalog KeptRun(string name, out string folder)
    {
        folder = Path.Combine("out", name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return ML.Alignment(_run with { WorkspacePath = folder });
    }

    /// <summary>How a policy does on verbs that are never trained on.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="reference">What its divergence is measured from; null for nothing.</param>
    public DrillScores Score(PolicyTransformer policy, PolicyTransformer? reference = null) =>
        new DrillEvaluation(ML, TestVerbs).Score(policy, reference);

    /// <summary>
    /// The same, and how often it is right where it samples: greedy answers hide what a policy says now and then. A real model does not sample here:
    /// its memory would grow by half a gigabyte.
    /// </summary>
    /// <param name="policy">The policy.</param>
    public DrillScores ScoreSampled(PolicyTransformer policy) =>
        Score(policy) with { SampledAccuracy = _model.IsTiny ? SampledAccuracy(policy) : null };

    private double SampledAccuracy(PolicyTransformer policy)
    {
        var asked = policy.Transform(TestQuestions);
        var quiet = ML.Alignment(_run with { Progress = null });
        var sampling = quiet.Feedback.SampleCompletions(new() { Count = 2, Generation = Answers with { Temperature = 1, Seed = Seed } });
        return ML.Data.CreateEnumerable<SampledRow>(sampling.Fit(asked).Transform(asked), reuseRowObject: false)
            .SelectMany(row => new[] { row.Completion1, row.Completion2 }.Select(answer => AnswerScoring.Score(answer, row.Past, row.Wrong, row.Doubled)))
            .Average(said => said == Said.Right ? 1.0 : 0);
    }

    /// <summary>Where the picture of a sample is written.</summary>
    public string PicturePath(string name) => _picturePath ?? Path.Combine("out", $"{name}.png");

    /// <summary>Runs a sample.</summary>
    /// <exception cref="UsageException">An argument is unknown or lacks its value.</exception>
    public static int Run(string[] args, Action<Lesson> teach, CancellationToken stop)
    {
        using var lesson = new Lesson(LessonCommand.Parse(args), stop);
        teach(lesson);
        return 0;
    }

    /// <summary>Shows what the policies of a chain, from the base model on, say about the test verbs.</summary>
    /// <param name="chain">The fitted pipeline.</param>
    /// <param name="names">A name for each of its policies.</param>
    public void Show(TransformerChain<PolicyTransformer> chain, params IReadOnlyList<string> names)
    {
        var evaluation = new DrillEvaluation(ML, TestVerbs);
        var scores = names
            .Zip(chain.OfType<PolicyTransformer>(), (name, policy) => (Name: name, Scores: evaluation.Score(policy, null))).ToList();
        ScoreTable.Print("Test verbs: never trained on", scores, withDivergence: false);
        foreach (var (index, verb) in TestVerbs.Where(verb => !verb.IsRegular).Index().Take(3))
        {
            Console.WriteLine(Wording.Test.Ask(verb));
            foreach (var (name, score) in scores)
                Console.WriteLine($"  {name,-12} {Ask.OneLine(score.Answers[index])}");
        }
    }

    public void Dispose() => _model.Dispose();

    private sealed class SampledRow
    {
        public string Past { get; set; } = "";

        public string Wrong { get; set; } = "";

        public string Doubled { get; set; } = "";

        public string Completion1 { get; set; } = "";

        public string Completion2 { get; set; } = "";
    }
}
