using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A small run of each on-policy method.</summary>
internal static class OnPolicyRun
{
    /// <summary>The share of letters that are an "e": nothing that the model has in mind.</summary>
    public static readonly IRewardFunction SaysE = RewardFunction.Of(
        "e", (_, completion) => completion.Length == 0 ? 0 : completion.Count(letter => letter == 'e') / (double)completion.Length);

    private static readonly LoraOptions SmallLora = new() { Rank = 4, Alpha = 8 };

    public static GrpoTrainer.Options Grpo => Common(new GrpoTrainer.Options { GroupSize = 3, Advantages = AdvantageKind.Unscaled });

    public static RlooTrainer.Options Rloo => Common(new RlooTrainer.Options { GroupSize = 3 });

    public static OnlineDpoTrainer.Options OnlineDpo => Shared(new OnlineDpoTrainer.Options());

    public static PpoTrainer.Options Ppo => Common(new PpoTrainer.Options { GroupSize = 2 });

    /// <summary>Fits the method named, after a reward model for PPO.</summary>
    public static TransformerChain<PolicyTransformer> Fit(string method, AlignmentRun? run = null) => method switch
    {
        "Grpo" => Fit(Grpo, run),
        "Rloo" => Fit(Rloo, run),
        "OnlineDpo" => Fit(OnlineDpo, run),
        _ => Fit(Ppo, run),
    };

    /// <summary>Fits the method of the options on a few prompts, after a reward model where it is given no reward.</summary>
    public static TransformerChain<PolicyTransformer> Fit(
        OnPolicyTrainerOptions options, AlignmentRun? run = null, IDataView? validation = null, Action<string>? log = null)
    {
        var context = new MLContext(seed: 5);
        context.Log += (_, entry) => log?.Invoke(entry.RawMessage);
        var (align, pairs) = (context.Alignment(run), AlignedChain.ViewOfPairs(context));
        IEstimator<PolicyTransformer> trainer = options switch
        {
            GrpoTrainer.Options grpo => align.Trainers.Grpo(grpo, validationSet: validation),
            RlooTrainer.Options rloo => align.Trainers.Rloo(rloo, validationSet: validation),
            OnlineDpoTrainer.Options dpo => align.Trainers.OnlineDpo(dpo, validationSet: validation),
            PpoTrainer.Options ppo => align.Trainers.Ppo(ppo, validationSet: validation),
            _ => throw new ArgumentException(options.GetType().ToString(), nameof(options)),
        };
        var start = align.BaseModel(AlignedChain.BasePath);
        return options.Rewards.Count > 0
            ? start.Append(trainer).Fit(pairs)
            : start.Append(align.Trainers.RewardModel(AlignedChain.RewardModelOptions)).Append(trainer).Fit(pairs);
    }

    /// <summary>The metrics of the steps of the method of the options, and the hash of what was fitted.</summary>
    public static (IReadOnlyDictionary<string, double>[] Steps, string Hash) Run(OnPolicyTrainerOptions options)
    {
        var (reports, hash) = Reports(options);
        return ([.. reports.Select(report => report.Metrics)], hash);
    }

    /// <summary>What is reported of the steps of the method of the options, and the hash of what was fitted.</summary>
    public static (TrainingProgress[] Steps, string Hash) Reports(OnPolicyTrainerOptions options)
    {
        var progress = new ProgressList();
        using var fitted = Fit(options, new() { Progress = progress });
        var stage = progress.Reports[^1].Stage;
        return ([.. progress.Reports.Where(report => report.Stage == stage)], ContentHash.Of(fitted.LastTransformer.Model));
    }

    /// <summary>Stops the method of the options behind a step, and goes on with it.</summary>
    /// <returns>The hash of what was fitted.</returns>
    public static string StoppedAndResumed(OnPolicyTrainerOptions options, int step)
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var method = options.GetType().DeclaringType!.Name.Replace("Trainer", "", StringComparison.Ordinal);
        var stop = new ProgressList(report =>
        {
            if (report.Stage == method && report.Step == step)
                source.Cancel();
        });
        var canceled = () => Fit(options, new() { WorkspacePath = folder["run"], Progress = stop, CancellationToken = source.Token });
        canceled.Should().Throw<TrainingCanceledException>();
        var again = () => Fit(options, new() { WorkspacePath = folder["run"], Resume = true, CancellationToken = source.Token });
        again.Should().Throw<TrainingCanceledException>("a stop before the first step must lose nothing");
        using var resumed = Fit(options, new() { WorkspacePath = folder["run"], Resume = true });
        return ContentHash.Of(resumed.LastTransformer.Model);
    }

    // Rounds of four prompts and of one: optimizer steps of two prompts at most, each twice.
    private static T Common<T>(T options)
        where T : PolicyGradientTrainerOptions => Shared((T)(options with { EntropyCoefficient = 0.01 }));

    private static T Shared<T>(T options)
        where T : OnPolicyTrainerOptions => (T)(options with
        {
            Rewards = options is PpoTrainer.Options ? [] : [SaysE],
            MaxCompletionTokens = 8,
            MiniBatches = 2,
            Passes = 2,
            Temperature = 0.9,
            Lora = SmallLora,
            Training = new() { MaxSteps = 8, BatchSize = 2, LearningRate = 3e-3 },
            Generation = new() { MaxNewTokens = 5 },
        });
}
