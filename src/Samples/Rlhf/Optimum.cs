using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Terminal;

namespace Samples.Rlhf;

/// <summary>
/// Why DPO and PPO seek one policy (Rafailov et al., 2023, arXiv:2305.18290, section 4): π_ref·exp(r/β). Where there are five answers it can be
/// written down, and four methods end in it.
/// </summary>
internal static class Optimum
{
    private static readonly double[] Betas = [0.1, 0.2, 0.5, 1, 2];

    public static int Run(string[] args, CancellationToken stop)
    {
        var command = LessonCommand.Parse(args);
        if (command.ModelPath is not null || command.HeldOut)
            throw new UsageException("optimum makes its own model of five answers, without verbs: it takes --seed and --chart.");
        Reach(command.Seed, Betas, steps: 250, stop).Show(command.PicturePath ?? Path.Combine("out", "optimum.png"));
        return 0;
    }

    /// <summary>Trains each method for each price of a nat.</summary>
    public static OptimumResults Reach(int seed, IReadOnlyList<double> betas, int steps, CancellationToken stop)
    {
        var ml = new MLContext(seed);
        var align = ml.Alignment(new AlignmentRun { CancellationToken = stop });
        using var answers = new FiveAnswers(ml, seed);
        using var start = align.BaseModel(answers.CreateModel())
            .Append(align.Trainers.Sft(new() { Training = Training(seed, steps) }))
            .Fit(answers.Sayings);
        var reference = answers.Of(start.LastTransformer.Model);

        List<ReachedPolicy> reached = [];
        foreach (var beta in betas)
        {
            foreach (var (name, trainer, data) in Methods(align, answers, beta, Training(seed, steps)))
            {
                using var policy = trainer.Fit(start.Transform(data));
                reached.Add(new(name, beta, answers.Of(policy.Model), FiveAnswers.Optimum(reference, beta)));
            }
        }

        return new(reference, reached);
    }

    private static IEnumerable<(string Name, IEstimator<PolicyTransformer> Trainer, IDataView Data)> Methods(
        AlignmentCatalog align, FiveAnswers answers, double beta, TrainingOptions training)
    {
        var sampling = training with { BatchSize = 1 }; // one prompt a step, and many completions of it
        yield return ("PPO", align.Trainers.Ppo(new()
        {
            Rewards = [answers.Reward], CriticStart = CriticStart.Policy, WhitensAdvantages = false, ValueClipRange = null, GroupSize = 256, Lambda = 1, Passes = 2,
            MaxCompletionTokens = 2, Penalty = new() { Coefficient = beta }, Training = sampling,
        }), answers.Questions);
        yield return ("RLOO", align.Trainers.Rloo(new()
        {
            Rewards = [answers.Reward], GroupSize = 256, MaxCompletionTokens = 2, Penalty = new() { Coefficient = beta }, Training = sampling,
        }), answers.Questions);
        yield return ("GRPO", align.Trainers.Grpo(new()
        {
            Rewards = [answers.Reward], GroupSize = 256, MaxCompletionTokens = 2, Advantages = AdvantageKind.Unscaled,
            Penalty = new KLPenalty.InLoss { Coefficient = beta, Estimator = KLEstimator.WeightedK3 }, Training = sampling,
        }), answers.Questions);
        yield return ("DPO", align.Trainers.Dpo(new()
        {
            Beta = beta, ChosenProbabilityColumnName = "ChosenProbability", Training = training with { BatchSize = 10 },
        }), answers.Pairs);
    }

    private static TrainingOptions Training(int seed, int steps) => new()
    {
        LearningRate = 1e-2, MaxSteps = steps, BatchSize = 20, Schedule = LearningRateSchedule.Cosine, Seed = seed,
    };
}
