using System.Text.Json;
using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class DpoLossTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void LossIsLn2WhenPolicyEqualsReference(double smoothing)
    {
        var logProbs = new Pair(tensor(new[] { -3f, -40f, -7f }), tensor(new[] { -5f, -2f, -7f }));

        var loss = DpoLoss.Compute(logProbs, logProbs, beta: 0.7, smoothing);

        loss.Loss.data<float>().Should().AllSatisfy(x => x.Should().BeApproximately(MathF.Log(2), 1e-6f));
        loss.ChosenReward.data<float>().Should().AllBeEquivalentTo(0f);
    }

    [Theory]
    [InlineData(0, 0.630258195)]
    [InlineData(0.1, 0.643258195)]
    public void LossAndRewardsAreThoseOfTheReferenceNumbers(double smoothing, double expected)
    {
        var policy = new Pair(tensor(new[] { -12d }), tensor(new[] { -15d }));
        var reference = new Pair(tensor(new[] { -12.5 }), tensor(new[] { -14.2 }));

        var loss = DpoLoss.Compute(policy, reference, beta: 0.1, smoothing);

        loss.Loss.item<double>().Should().BeApproximately(expected, 1e-9);
        loss.ChosenReward.item<double>().Should().BeApproximately(0.05, 1e-9);
        loss.RejectedReward.item<double>().Should().BeApproximately(-0.08, 1e-9);
    }

    [Fact]
    public void LossEqualsAnIndependentComputation()
    {
        var random = new Random(5);
        foreach (var (beta, smoothing) in new[] { (0.1, 0d), (0.5, 0.2), (3, 0.49), (20, 0) })
        {
            var rows = Enumerable.Range(0, 7).Select(_ => Enumerable.Range(0, 4).Select(_ => -50 * random.NextDouble()).ToArray()).ToArray();

            var loss = DpoLoss.Compute(new(Column(rows, 0), Column(rows, 1)), new(Column(rows, 2), Column(rows, 3)), beta, smoothing);

            for (var i = 0; i < rows.Length; i++)
            {
                var expected = ScalarMath.Dpo((rows[i][0], rows[i][1]), (rows[i][2], rows[i][3]), beta, smoothing);
                Near.Relative(loss.Loss[i].item<float>(), expected, 1e-5);
            }
        }
    }

    [Fact]
    public void ShiftingPolicyAndReferenceAlikeChangesNothing()
    {
        var (policy, reference) = (Example(0), Example(1));
        var shift = tensor(new[] { 2d, -8, 0.5, 11, 3 });

        var shifted = DpoLoss.Compute(new(policy.Chosen + shift, policy.Rejected), new(reference.Chosen + shift, reference.Rejected), 0.4, 0.1);

        shifted.Loss.allclose(DpoLoss.Compute(policy, reference, 0.4, 0.1).Loss, atol: 1e-12).Should().BeTrue();
    }

    [Fact]
    public void SwappingThePairNegatesTheMargin()
    {
        var (policy, reference) = (Example(0), Example(1));

        var straight = DpoLoss.Compute(policy, reference, 0.4);
        var swapped = DpoLoss.Compute(new(policy.Rejected, policy.Chosen), new(reference.Rejected, reference.Chosen), 0.4);

        // -log σ(z) + log σ(-z) = -z
        (straight.Loss - swapped.Loss).allclose(straight.RejectedReward - straight.ChosenReward, atol: 1e-12).Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void GradientEqualsFiniteDifferences(double smoothing)
    {
        var reference = Example(1);
        Tensor Loss(Tensor x) => DpoLoss.Compute(Pair.Split(x), reference, 0.3, smoothing).Loss.sum();
        double[] at = [-3, -8, -1.5, -20, -6, -4, -7, -2.5, -15, -6.5];

        Near.RequireGradient(Loss, at);
    }

    [Fact]
    public void RewardsCarryNoGradient()
    {
        var x = rand(6, requires_grad: true);

        var loss = DpoLoss.Compute(Pair.Split(x), Pair.Split(zeros(6)), 0.1);

        (loss.ChosenReward.requires_grad, loss.RejectedReward.requires_grad, loss.Loss.requires_grad).Should().Be((false, false, true));
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 0.5)]
    public void LossAndRewardsEqualTrl(int entry, double beta)
    {
        using var golden = JsonDocument.Parse(Golden.Text("losses/losses.json"));
        var expected = golden.RootElement.GetProperty("dpo")[entry];
        var batch = golden.RootElement.GetProperty("dpo_batch").EnumerateArray().ToArray();

        var loss = DpoLoss.Compute(Sums(batch, "policy_logps"), Sums(batch, "reference_logps"), beta);

        var metrics = expected.GetProperty("metrics");
        Near.Relative(loss.Loss.mean().item<float>(), expected.GetProperty("loss").GetDouble(), 1e-4);
        Near.Relative(loss.ChosenReward.mean().item<float>(), metrics.GetProperty("rewards/chosen").GetDouble(), 1e-4);
        Near.Relative(loss.RejectedReward.mean().item<float>(), metrics.GetProperty("rewards/rejected").GetDouble(), 1e-4);
    }

    [Fact]
    public void SmoothedLossIsTrlsRobustLossUpToItsFactor()
    {
        using var golden = JsonDocument.Parse(Golden.Text("losses/losses.json"));
        var batch = golden.RootElement.GetProperty("dpo_batch").EnumerateArray().ToArray();
        var plain = DpoLoss.Compute(Sums(batch, "policy_logps"), Sums(batch, "reference_logps"), 0.1).Loss.mean().item<float>();
        var robust = golden.RootElement.GetProperty("dpo")[4].GetProperty("loss").GetDouble();

        var smoothed = DpoLoss.Compute(Sums(batch, "policy_logps"), Sums(batch, "reference_logps"), 0.1, 0.2).Loss.mean().item<float>();

        // With a = -log σ(z), b = -log σ(-z): robust = (0.8 a - 0.2 b) / 0.6 and smoothed = 0.8 a + 0.2 b, so they add up to 1.6 a.
        Near.Relative(smoothed, (1.6 * plain) - (0.6 * robust), 1e-4);
    }

    private static Pair Example(int seed)
    {
        var random = new Random(seed);
        double[] Values() => [.. Enumerable.Range(0, 5).Select(_ => -20 * random.NextDouble())];
        return new(tensor(Values()), tensor(Values()));
    }

    private static Tensor Column(double[][] rows, int column) => tensor(rows.Select(row => (float)row[column]).ToArray());

    private static Pair Sums(JsonElement[] batch, string key) => Pair.Split(tensor(
        batch.Select(row => (float)row.GetProperty(key).EnumerateArray().Sum(x => x.GetDouble())).ToArray()));
}
