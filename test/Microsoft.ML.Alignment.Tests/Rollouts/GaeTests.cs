using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class GaeTests
{
    private static readonly double[] Values = [0.1, 0.2, 0.3, 0.4];

    [Fact]
    public void AdvantagesAreThoseOfTheReferenceNumbers()
    {
        double[] divergences = [0.2, -0.1, -0.5, 0];

        var rewards = TokenRewards.Of(1, null, divergences, 0.05);
        var (advantages, returns) = new Gae(1, 0.95).Compute(rewards, Values, next: 0);

        RequireNear(rewards, [-0.01, 0.005, 0.025, 1]);
        RequireNear(advantages, [0.8169875, 0.76525, 0.695, 0.6]);
        RequireNear(returns, [0.9169875, 0.96525, 0.995, 1]);
        var moments = Moments.Of(advantages[..3], alone => alone);
        RequireNear([.. advantages[..3].Select(a => moments.Whiten(a))], [0.945789588, 0.100785320, -1.046574908]);
        var ofRewards = Moments.Of(rewards, alone => alone);
        RequireNear(
            [.. rewards.Select(r => ofRewards.Whiten(r, shiftsMean: false))], [-0.278334870, -0.248146103, -0.207894415, 1.754375388]);
    }

    [Theory]
    [InlineData(1, 0.95, 0)]
    [InlineData(0.9, 0.5, 0)]
    [InlineData(0.99, 0.97, 0.7)]
    public void AdvantagesAreDiscountedSumsOfErrors(double gamma, double lambda, double next)
    {
        double[] rewards = [0.3, -1, 0, 2];

        var (advantages, returns) = new Gae(gamma, lambda).Compute(rewards, Values, next);

        // A_t = Σ_k (γλ)^k δ_{t+k}, δ_t = r_t + γ V_{t+1} − V_t, term by term.
        double[] following = [.. Values[1..], next];
        for (var t = 0; t < rewards.Length; t++)
        {
            var expected = 0d;
            for (var k = t; k < rewards.Length; k++)
                expected += Math.Pow(gamma * lambda, k - t) * (rewards[k] + (gamma * following[k]) - Values[k]);
            advantages[t].Should().BeApproximately(expected, 1e-12);
            returns[t].Should().BeApproximately(expected + Values[t], 1e-12);
        }
    }

    [Fact]
    public void WithoutDiscountReturnsAreTheRewardsThatCame()
    {
        double[] rewards = [0.5, -2, 1, 3];

        var (_, returns) = new Gae(1, 1).Compute(rewards, Values, next: 0);

        RequireNear(returns, [2.5, 2, 4, 3]);
    }

    [Fact]
    public void ACompletionThatWasCutIsWorthWhatMayStillCome()
    {
        double[] rewards = [0, 0, 0, 0];

        var (ofCut, _) = new Gae(1, 1).Compute(rewards, Values, next: 5);
        var (ofEnded, _) = new Gae(1, 1).Compute(rewards, Values, next: 0);

        for (var t = 0; t < Values.Length; t++)
            (ofCut[t] - ofEnded[t]).Should().BeApproximately(5, 1e-12);
    }

    private static void RequireNear(double[] actual, double[] expected) =>
        actual.Zip(expected).Should().HaveCount(expected.Length).And.OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-8);
}
