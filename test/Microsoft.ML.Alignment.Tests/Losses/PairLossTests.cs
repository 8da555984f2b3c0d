using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

/// <summary>What holds for every loss of pairs.</summary>
public sealed class PairLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Names => [.. PlainPairLoss.All.Keys];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryPairsLossEqualsAPlainComputation(string name)
    {
        var (loss, plain) = PlainPairLoss.Of(name);
        foreach (var beta in new[] { 0.1, 0.7 })
        {
            var pairs = PairNumbers.Random(7, seed: 5);

            var narrow = loss.Compute(PlainPairLoss.Evidence(pairs, beta, wide: false));
            var wide = loss.Compute(PlainPairLoss.Evidence(pairs, beta));

            (narrow.dtype, narrow.shape).Should().BeEquivalentTo((ScalarType.Float32, new long[] { 7 }));
            for (var i = 0; i < pairs.Length; i++)
            {
                Near.Relative(narrow[i].item<float>(), plain(pairs[i], beta), 1e-5, $"pair {i}");
                Near.Relative(wide[i].item<double>(), plain(pairs[i], beta), 1e-10, $"pair {i}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GradientsOfBothSidesEqualThoseOfAPlainComputation(string name)
    {
        const double step = 1e-5;
        var (loss, plain) = PlainPairLoss.Of(name);
        var pairs = PairNumbers.Random(6, seed: 8);
        var evidence = PlainPairLoss.Evidence(pairs, beta: 0.4);
        var leaves = evidence.Policy.Sum.Map(values => values.requires_grad_());

        loss.Compute(evidence with { Policy = evidence.Policy with { Sum = leaves } }).sum().backward();

        for (var i = 0; i < pairs.Length; i++)
        {
            var (chosen, rejected) = pairs[i].Policy;
            double Slope(double byChosen, double byRejected) =>
                (plain(pairs[i] with { Policy = (chosen + byChosen, rejected + byRejected) }, 0.4)
                    - plain(pairs[i] with { Policy = (chosen - byChosen, rejected - byRejected) }, 0.4)) / (2 * step);
            Near.Relative(leaves.Chosen.grad![i].item<double>(), Slope(step, 0), 1e-7, $"chosen of pair {i}");
            Near.Relative(leaves.Rejected.grad![i].item<double>(), Slope(0, step), 1e-7, $"rejected of pair {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ShiftingPolicyAndReferenceAlikeChangesNothing(string name)
    {
        var loss = PlainPairLoss.Of(name).Loss;
        var pairs = PairNumbers.Random(5, seed: 3);
        var shifted = pairs.Select((pair, i) => pair with
        {
            Policy = (pair.Policy.Chosen + i, pair.Policy.Rejected - 2.5),
            Reference = (pair.Reference.Chosen + i, pair.Reference.Rejected - 2.5),
        }).ToArray();

        Values(loss, shifted).allclose(Values(loss, pairs), rtol: 1e-10).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void HugeLogRatiosGiveFiniteLossesAndGradients(string name)
    {
        var loss = PlainPairLoss.Of(name).Loss;
        PairNumbers[] pairs = [new((-900, -3), (-3, -900), (4, 9)), new((-3, -900), (-900, -3), (4, 9)), new((-900, -900), (-3, -3), (4, 9))];
        var evidence = PlainPairLoss.Evidence(pairs, beta: 0.5, wide: false);
        var leaves = evidence.Policy.Sum.Map(values => values.requires_grad_());

        var values = loss.Compute(evidence with { Policy = evidence.Policy with { Sum = leaves } });
        values.sum().backward();

        foreach (var numbers in new[] { values, leaves.Chosen.grad!, leaves.Rejected.grad! })
            numbers.data<float>().Should().AllSatisfy(x => float.IsFinite(x).Should().BeTrue());
    }

    [Theory]
    [InlineData("sigmoid")]
    [InlineData("sigmoid smoothed")]
    [InlineData("robust")]
    [InlineData("hinge")]
    [InlineData("ipo")]
    [InlineData("ipo summed")]
    [InlineData("exo")]
    [InlineData("discopop")]
    [InlineData("length-normalised")]
    public void ALossOfTheMarginSeesASwappedPairAsTheNegatedMargin(string name)
    {
        var loss = PlainPairLoss.Of(name).Loss;
        var pairs = PairNumbers.Random(4, seed: 9);
        var swapped = pairs.Select(Swap).ToArray();

        // Where policy and reference change places, every log-ratio changes its sign; so does the margin where the sides change places.
        var negated = pairs.Select(pair => pair with { Policy = pair.Reference, Reference = pair.Policy }).ToArray();

        Values(loss, swapped).allclose(Values(loss, negated), rtol: 1e-10).Should().BeTrue();
        Values(loss, swapped).allclose(Values(loss, pairs)).Should().BeFalse();
    }

    [Fact]
    public void ImplicitRewardsAreTheSameWhateverTheLossAndCarryNoGradient()
    {
        var evidence = PlainPairLoss.Evidence(PairNumbers.Random(5, seed: 4), beta: 0.3);
        var policy = evidence.Policy with { Sum = evidence.Policy.Sum.Map(values => values.requires_grad_()) };
        foreach (var (loss, _) in PlainPairLoss.All.Values)
        {
            var result = loss.Evaluate(policy, evidence.Reference, 0.3);

            result.ChosenReward.allclose(0.3 * evidence.Ratios.Chosen.detach()).Should().BeTrue();
            result.RejectedReward.allclose(0.3 * evidence.Ratios.Rejected.detach()).Should().BeTrue();
            new[] { result.Loss, result.ChosenReward, result.RejectedReward }.Select(values => values.requires_grad)
                .Should().Equal(true, false, false);
        }
    }

    private static PairNumbers Swap(PairNumbers pair) => new(
        (pair.Policy.Rejected, pair.Policy.Chosen), (pair.Reference.Rejected, pair.Reference.Chosen),
        (pair.Tokens.Rejected, pair.Tokens.Chosen));

    private static Tensor Values(PairLoss loss, PairNumbers[] pairs) => loss.Compute(PlainPairLoss.Evidence(pairs, beta: 0.3));
}
