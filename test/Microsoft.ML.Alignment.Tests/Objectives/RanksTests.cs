using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Objectives.Kto;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Ranks that each have a share of a step give the loss, gradients and metrics of one rank that has all of it.</summary>
public sealed class RanksTests
{
    private const double Beta = 0.3;
    private const int Rows = 12;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var method in Methods.Keys)
            {
                cases.Add(method, 2);
                cases.Add(method, 3);
            }

            return cases;
        }
    }

    /// <summary>Gets every method by its name, made of a policy with a head and a reference.</summary>
    internal static Dictionary<string, Func<LanguageModel, LanguageModel, Method>> Methods { get; } = new()
    {
        ["Sft"] = (policy, _) => Method.Of(new NextTokenObjective(policy, Precision.Float32), RandomExamples.Completions(Rows), Tokens),
        ["RewardModel"] = (policy, _) => Method.Of(new RewardObjective(policy, 0.05, Precision.Float32), Margins(), pairs => MarginBatch.Pack(pairs, hasMargins: true)),
        ["Dpo"] = Pairs(new PairLoss.Sigmoid(), sftWeight: 0.7),
        ["Dpo, AOT"] = Pairs(new PairLoss.Aot { LabelSmoothing = 0.1 }),
        ["Dpo, AOT unpaired of a shared length"] = Pairs(new PairLoss.LdDpo { Loss = new PairLoss.AotUnpaired() }),
        ["Dpo, a mixture with WPO"] = Pairs(new PairLoss.Mixture { Terms = [new(0.6, new PairLoss.Aot()), new(2, new PairLoss.Wpo())] }),
        ["Ipo"] = Pairs(new PairLoss.IpoSummed()),
        ["SimPo"] = Free(policy => SimPoLoss.Sigmoid(SimPoLoss.LogRewards(policy, 2), 0.5), 0.2, SftScope.Completion),
        ["Cpo"] = Free(policy => CpoLoss.Sigmoid(policy, Beta), 1, SftScope.Completion),
        ["Orpo"] = Free(policy => OrpoLoss.Compute(policy, 0.1), 1, SftScope.PromptAndCompletion),
        ["Kto"] = (policy, reference) => Feedback(policy, reference, new MismatchedDivergence(), (ratios, point) => KtoLoss.Compute(ratios, point, Beta, new(1.2, 0.8))),
        ["Kto at zero"] = (policy, reference) => Feedback(policy, reference, new ZeroPoint(), (ratios, point) => KtoLoss.Compute(ratios, point, Beta, new(1, 1))),
        ["Bco"] = (policy, reference) => Feedback(policy, reference, new RunningMidpoint(policy.Device), (ratios, point) => BcoLoss.Compute(ratios, point, Beta)),
        ["Grpo"] = (policy, _) => OnPolicy(policy, new PolicyLoss.Clipped(), TokenAveraging.Completion, new() { Coefficient = 0.2, Estimator = KLEstimator.K3 }),
        ["Rloo"] = (policy, _) => OnPolicy(policy, new PolicyLoss.Clipped { Ratio = RatioLevel.Completion, MaxRatio = 3 }, TokenAveraging.Step),
        ["Cispo"] = (policy, _) => OnPolicy(policy, new PolicyLoss.Cispo(), TokenAveraging.Step, entropy: 0.1),
        ["Ppo"] = (policy, _) => Rollouts(new ActorCriticObjective(
            new(policy, new(new PolicyLoss.Clipped(), TokenAveraging.Step, 8)), new(policy), new(0.3, 0.2, Precision.Float32))),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void SharesOfAStepAddUpToTheStep(string method, int ranks)
    {
        var alone = Methods[method];
        var expected = Run(alone, Alone.Instance, 0, 1);

        using var threads = new ThreadRanks(ranks);
        var shares = threads.Run(all => Run(alone, all, all.Rank, ranks));

        for (var step = 0; step < expected.Length; step++)
        {
            var summary = StepSummary.Read([.. shares.SelectMany(share => share[step].Results)], 0);
            var whole = StepSummary.Read(expected[step].Results, 0);
            summary.Loss.Should().BeApproximately(whole.Loss, 1e-6 * Math.Max(1, Math.Abs(whole.Loss)));
            summary.Metrics.Keys.Should().BeEquivalentTo(whole.Metrics.Keys);
            foreach (var (name, value) in whole.Metrics)
                Near.Relative(summary.Metrics[name], value, 1e-5, name);
            for (var i = 0; i < expected[step].Gradients.Length; i++)
            {
                var sum = shares.Select(share => share[step].Gradients[i]).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
                var gradient = expected[step].Gradients[i];
                TestModels.Difference(sum, gradient).Should().BeLessThan(1e-6 * Math.Max(1, Norm(gradient)), $"parameter {i}");
            }
        }
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));

    // Two steps, so that what a method carries from one to the next is seen too.
    private static Gave[] Run(Func<LanguageModel, LanguageModel, Method> make, ICollective all, int rank, int ranks)
    {
        using var plain = TestModels.Tiny(1).TrainableOwned();
        using var policy = plain.With([], HeadOf(plain));
        using var reference = TestModels.Tiny(2);
        using var scope = NewDisposeScope();
        return make(policy, reference).Run(policy, all, rank, ranks);
    }

    private static TorchSharp.Modules.Parameter HeadOf(LanguageModel model)
    {
        using var generator = new Generator(3);
        return new TorchSharp.Modules.Parameter(randn([1, model.Config.HiddenSize], generator: generator), requires_grad: true);
    }

    private static TokenBatch Tokens(IReadOnlyList<TokenizedExample> examples) => Collator.Pack(examples, endRows: false);

    private static TokenizedExample[] Margins() => [.. RandomExamples.Pairs(Rows).Select((pair, i) => pair with { Values = [i % 3] })];

    private static Func<LanguageModel, LanguageModel, Method> Pairs(PairLoss loss, double sftWeight = 0) => (policy, reference) => Method.Of(
        new PreferenceObjective(policy, reference, (p, r) => loss.Evaluate(p, r, Beta))
        {
            Details = loss.Details,
            CouplesPairs = loss.CouplesPairs,
            SftWeight = sftWeight,
        },
        RandomExamples.Pairs(Rows), Tokens);

    private static Func<LanguageModel, LanguageModel, Method> Free(ReferenceFreeLoss loss, double sftWeight, SftScope scope) => (policy, _) =>
        Method.Of(new PreferenceObjective(policy, loss) { SftWeight = sftWeight, SftScope = scope }, RandomExamples.Pairs(Rows), Tokens);

    private static Method Feedback(LanguageModel policy, LanguageModel reference, IReferencePoint<KtoBatch> point, UnpairedLoss loss)
    {
        // Which completion a row is seen beside is fixed before the step is dealt out to ranks.
        var examples = FeedbackSteps.Examples(Rows);
        var others = new MismatchedCompletions(128, null).Of(examples, () => throw new InvalidOperationException());
        var objective = new UnpairedObjective<KtoBatch>(new(policy, reference, Precision.Float32), loss, point);
        KtoBatch Pack(int[] rows) => new(Tokens([.. rows.Select(row => examples[row])]), Tokens([.. rows.Select(row => others[row])]));
        return new(
            step => Method.Evaluate(objective, Pack, step), () => (point as ITrainingState)?.Stepped(1));
    }

    private static Method OnPolicy(
        LanguageModel policy, PolicyLoss loss, TokenAveraging averaging, KLPenalty.InLoss? penalty = null, double entropy = 0) =>
        Rollouts(new PolicyGradientObjective(policy, new(loss, averaging, 8) { Penalty = penalty, EntropyCoefficient = entropy, Temperature = 0.8 }));

    private static Method Rollouts(IObjective<RolloutBatch> objective)
    {
        var groups = RandomRollouts.Groups(Rows, groupSize: 2);
        RolloutBatch Pack(int[] rows) => RandomRollouts.Batches([.. rows.Select(row => groups[row])], rows.Length).Single();
        return new(step => Method.Evaluate(objective, Pack, step), () => { });
    }

    internal sealed record Gave(StepResult[] Results, float[][] Gradients);

    /// <summary>A method on its rows.</summary>
    /// <param name="Step">Runs a step of given micro-batches of rows.</param>
    /// <param name="Stepped">What follows a step.</param>
    internal sealed record Method(Func<(int[][] MicroBatches, ICollective All), StepResult[]> Step, Action Stepped)
    {
        public static Method Of<TBatch>(
            IObjective<TBatch> objective, TokenizedExample[] examples, Func<IReadOnlyList<TokenizedExample>, TBatch> pack) =>
            new(step => Evaluate(objective, rows => pack([.. rows.Select(row => examples[row])]), step), () => { });

        public static StepResult[] Evaluate<TBatch>(
            IObjective<TBatch> objective, Func<int[], TBatch> pack, (int[][] MicroBatches, ICollective All) step)
        {
            TBatch[] batches = [.. step.MicroBatches.Select(pack)];
            var begun = objective.Begin(batches, objective.CountAll(batches, step.All), step.All);
            StepResult[] results = [.. batches.Select(begun.Evaluate)];
            foreach (var result in results)
                result.Loss.backward();
            return [.. results.Select(result => new StepResult(
                result.Loss.detach().DetachFromDisposeScope(),
                [.. result.Metrics.Select(metric => metric with { Value = metric.Value.detach().DetachFromDisposeScope() })]))];
        }

        public Gave[] Run(LanguageModel policy, ICollective all, int rank, int ranks) => [.. Enumerable.Range(0, 2).Select(step =>
        {
            foreach (var parameter in policy.TrainableParameters)
                parameter.grad = null;
            var mine = Enumerable.Range(0, Rows / 2).Select(row => (step * Rows / 2) + row).Chunk(Rows / 2 / ranks).ElementAt(rank);
            var results = Step(([.. mine.Chunk(2)], all));
            Stepped();
            return new Gave(results, [.. policy.TrainableParameters.Select(p => p.grad?.data<float>().ToArray() ?? [0])]);
        })];
    }
}
