using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Rollouts;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>
/// The derivation of docs/rlhf.md, run: reinforcement with a divergence in the reward and DPO on pairs of the same reward reach one policy,
/// π_ref·exp(r/β); GRPO's habit reaches another one, which can be written down too.
/// </summary>
public sealed class OptimumTests : IDisposable
{
    private const double Tolerance = 0.02;
    private const int Samples = 400;

    private readonly Bandit _bandit = new();

    public static TheoryData<double> Betas { get; } = [0.05, 0.3, 2];

    public void Dispose() => _bandit.Dispose();

    [Theory]
    [MemberData(nameof(Betas))]
    public void PpoReachesTheOptimum(double beta)
    {
        var judge = new CriticAdvantages(new(1, 0.95), alone => alone) { WhitensAdvantages = false };
        var value = 0f;
        _bandit.Train(() =>
        {
            var (drawn, old) = (_bandit.Sample(Samples), LogOf(_bandit.Policy));
            SampledGroup[] groups = [.. drawn.Select((token, at) => new SampledGroup(at, [1], [new([token], ended: true)
            {
                Score = Bandit.Rewards[token],
                LogProbs = [(float)old[token]],
                ReferenceLogProbs = [(float)Math.Log(Bandit.Reference[token])],
                Values = [value],
            }]))];
            judge.Give(groups, beta);
            SampledRow[] rows = [.. groups.Select(group => group.Rows[0])];
            value = rows.Average(row => row.Returns![0]); // what a critic of one state learns
            double[] advantages = [.. rows.Select(row => (double)row.Advantages![0])];
            return () => new PolicyLoss.Clipped().Compute(_bandit.Tokens(drawn, old, advantages)).Loss.mean();
        }, passes: 4);

        RequireOptimum(Bandit.Optimum(beta));
    }

    [Theory]
    [MemberData(nameof(Betas))]
    public void RlooReachesTheOptimum(double beta)
    {
        Reinforce(AdvantageKind.LeaveOneOut, RatioLevel.Completion, inReward: beta, (_, _) => null);

        RequireOptimum(Bandit.Optimum(beta));
    }

    [Theory]
    [MemberData(nameof(Betas))]
    public void GrpoReachesTheOptimumOfItsEstimator(double beta)
    {
        foreach (var estimator in new[] { KLEstimator.K2, KLEstimator.WeightedK3, KLEstimator.K3 })
        {
            using var bandit = new Bandit();
            Reinforce(bandit, AdvantageKind.Unscaled, RatioLevel.Token, inReward: 0, (tokens, reference) =>
            {
                var divergence = KLEstimate.Compute(estimator, tokens.LogProbs, reference);
                return (estimator == KLEstimator.WeightedK3 ? divergence.mul(tokens.LogRatios(RatioLevel.Token).exp()) : divergence).mul(beta);
            });

            var expected = estimator == KLEstimator.K3 ? Bandit.ForwardOptimum(beta) : Bandit.Optimum(beta);
            Bandit.Distance(bandit.Policy, expected).Should().BeLessThan(Tolerance, $"of {estimator}");
        }
    }

    [Theory]
    [MemberData(nameof(Betas))]
    public void DpoOnPairsOfTheSameRewardReachesTheOptimum(double beta)
    {
        // All pairs, each way round with the probability that Bradley and Terry give it.
        var pairs = (from a in Enumerable.Range(0, 5) from b in Enumerable.Range(0, 5) where a != b select (a, b)).ToArray();
        var weights = tensor(pairs.Select(pair => ScalarMath.Sigmoid(Bandit.Rewards[pair.a] - Bandit.Rewards[pair.b])).ToArray());
        Tensor Side(Tensor logProbs, Func<(int A, int B), int> side) => logProbs.index_select(0, tensor(pairs.Select(pair => (long)side(pair)).ToArray()));
        Tensor Margin(Tensor logProbs) => Side(logProbs, pair => pair.A) - Side(logProbs, pair => pair.B);
        var reference = Margin(tensor(LogOf(Bandit.Reference)));

        _bandit.Train(() => () => DpoLoss.Compute(Margin(_bandit.LogProbs) - reference, beta).mul(weights).mean());

        RequireOptimum(Bandit.Optimum(beta));
    }

    [Fact]
    public void BothOptimaDiffer() => Bandit.Distance(Bandit.Optimum(0.3), Bandit.ForwardOptimum(0.3)).Should().BeGreaterThan(5 * Tolerance);

    private void Reinforce(AdvantageKind kind, RatioLevel ratio, double inReward, Func<SampledTokens, Tensor, Tensor?> inLoss) =>
        Reinforce(_bandit, kind, ratio, inReward, inLoss);

    private static void Reinforce(
        Bandit bandit, AdvantageKind kind, RatioLevel ratio, double inReward, Func<SampledTokens, Tensor, Tensor?> inLoss)
    {
        var advantages = new GroupAdvantages(kind, alone => alone);
        bandit.Train(() =>
        {
            var (drawn, old) = (bandit.Sample(Samples), LogOf(bandit.Policy));
            double[] reference = [.. drawn.Select(token => Math.Log(Bandit.Reference[token]))];
            RewardedTokens[] group = [.. drawn.Select((token, at) => new RewardedTokens(Bandit.Rewards[token], [old[token] - reference[at]], inReward))];
            double[] given = [.. advantages.Of([group])[0].Select(row => row![0])];
            return () =>
            {
                var tokens = bandit.Tokens(drawn, old, given);
                var loss = new PolicyLoss.Clipped { Ratio = ratio }.Compute(tokens).Loss;
                return (inLoss(tokens, tensor(reference)) is { } divergence ? loss + divergence : loss).mean();
            };
        });
    }

    private void RequireOptimum(double[] optimum) => Bandit.Distance(_bandit.Policy, optimum).Should().BeLessThan(Tolerance);

    private static double[] LogOf(double[] probabilities) => Array.ConvertAll(probabilities, Math.Log);
}
