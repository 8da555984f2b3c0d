using System.Text.Json;
using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

/// <summary>Losses of given log-probabilities: those that TRL recorded, and those of one pair worked out in double precision.</summary>
public sealed class RecordedPairLossTests : IDisposable
{
    private const int SftAlone = 16;
    private const int Weighted = 22;

    private readonly DisposeScope _scope = NewDisposeScope();

    public static IEnumerable<object[]> Entries =>
    [
        .. Enumerable.Range(0, 23).Where(entry => entry is not SftAlone and not Weighted).Select(entry => new object[] { "losses.json", entry }),
        .. Enumerable.Range(0, 12).Select(entry => new object[] { "f-divergence.json", entry }),
    ];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Entries))]
    public void LossOfTheRecordedLogProbsIsTheRecordedOne(string file, int entry)
    {
        var run = new TrlDpo(file, entry);
        var batch = JsonDocument.Parse(Golden.Text("losses/losses.json")).RootElement.GetProperty("dpo_batch").EnumerateArray().ToArray();
        var (policy, reference) = (LogProbs(batch, "policy_logps"), LogProbs(batch, "reference_logps"));

        var loss = run.Loss!.Evaluate(policy, reference, run.Beta).Loss.mean().item<float>();
        if (run.SftWeight > 0)
            loss -= (float)run.SftWeight * (policy.Sum.Chosen.sum() / policy.TokenCount.Chosen.sum()).item<float>();

        var expected = run.Recorded.GetProperty("loss").GetDouble();
        loss.Should().BeApproximately((float)expected, 1e-4f * (float)Math.Abs(expected));
    }

    // One pair: log π -12 (6 tokens) and -15 (8 tokens), reference -12.5 and -14.2, β 0.1. So Δ = 0.5 and -0.8, m = 1.3.
    [Theory]
    [InlineData("sigmoid", 0.630258195)]
    [InlineData("hinge", 0.87)]
    [InlineData("ipo", 23.200277778)]
    [InlineData("ipo summed", 13.69)]
    [InlineData("length-normalised", 0.684022527)]
    [InlineData("nca", 1.354662956)]
    [InlineData("bco", 1.322406615)]
    [InlineData("sppo", 37.89)]
    [InlineData("apo-zero", 0.967513263)]
    [InlineData("apo-down", 0.980043090)]
    public void LossOfOnePairIsThatOfTheReferenceNumbers(string name, double expected) =>
        RequireLoss(PlainPairLoss.Of(name).Loss, expected);

    [Fact]
    public void LossesWithParametersAreThoseOfTheReferenceNumbers()
    {
        RequireLoss(new PairLoss.Sigmoid { LabelSmoothing = 0.1 }, 0.643258195);
        RequireLoss(new PairLoss.Robust(), 0.614008195);
        RequireLoss(new PairLoss.Exo(), 2.539184819);
        RequireLoss(new PairLoss.DiscoPop(), 0.860960356);
        RequireLoss(new PairLoss.Sigmoid { Divergence = new FDivergence.ForwardKl() }, 0.615469588);
        RequireLoss(new PairLoss.Sigmoid { Divergence = new FDivergence.JensenShannon() }, 0.658903176);
        RequireLoss(new PairLoss.Sigmoid { Divergence = new FDivergence.Alpha() }, 0.624384654);
        RequireLoss(new PairLoss.Mixture { Terms = [new(0.8, new PairLoss.Sigmoid()), new(0.2, new PairLoss.BcoPair())] }, 2.768687879 - 2);
    }

    [Fact]
    public void WithoutSmoothingTheVariantsAreDpo()
    {
        RequireLoss(new PairLoss.Robust { LabelSmoothing = 0 }, 0.630258195);
        RequireLoss(new PairLoss.Sigmoid { Divergence = new FDivergence.Alpha { Order = 1 - 1e-9 } }, 0.630258195);
    }

    [Fact]
    public void EachRankOfAnOptimalTransportHasTheReferenceLoss()
    {
        // Log-ratios (chosen - rejected) 3, -1 of the policy and 0.5, 1.5 of the reference.
        var paired = new PairLoss.Aot().Compute(Evidence(Pairs([3, -1], [0, 0]), Pairs([0.5, 1.5], [0, 0])));
        var unpaired = new PairLoss.AotUnpaired().Compute(Evidence(Pairs([0.5, -0.2], [-0.8, 0.4]), Pairs([0, 0], [0, 0])));

        paired.data<double>().Should().Equal([0.770957048, 0.620957048], Close);
        unpaired.data<double>().Should().Equal([0.663597113, 0.688159681], Close);
    }

    [Fact]
    public void AnOptimalTransportDoesNotDependOnTheOrderOfRows()
    {
        var (policy, reference) = (Pairs([3, -1, 7, 0.5], [1, 2, -3, 0]), Pairs([0.5, 1.5, 2, 4], [0, 1, 3, -2]));
        var order = tensor(new long[] { 2, 0, 3, 1 });
        PairLogProbs Reordered(PairLogProbs logProbs) => logProbs with { Sum = logProbs.Sum.Map(x => x[order]) };
        var shuffled = Evidence(Reordered(policy), Reordered(reference));
        foreach (var loss in new PairLoss[] { new PairLoss.Aot { LabelSmoothing = 0.1 }, new PairLoss.AotUnpaired() })
            loss.Compute(shuffled).Equals(loss.Compute(Evidence(policy, reference))).Should().BeTrue();
    }

    [Fact]
    public void TokensBehindTheSharedLengthCountAlphaTimes()
    {
        // Per token: chosen -1, -2, -3; rejected -1, -1, -1, -2, -4. Shared length 3, alpha 0.5: -6 and -3 - 0.5 · 6.
        var logProbs = Pairs([-6], [-9]) with { SharedSum = new(tensor(new[] { -6d }), tensor(new[] { -3d })) };

        var counted = new PairLoss.LdDpo { Alpha = 0.5 }.Desensitized(logProbs);

        (counted.Sum.Chosen.item<double>(), counted.Sum.Rejected.item<double>()).Should().Be((-6, -6));
    }

    [Fact]
    public void APairsWeightIsTheProductOfBothSides()
    {
        // p = (0.7, 0.1, 0.1, 0.1), two tokens of 0.7: exp(log 0.7 - log 0.52) = 1.346153846; a uniform distribution gives 1.
        var skewed = Math.Log(0.7) - Math.Log(0.52);

        var weight = PairLoss.Wpo.Weight(new(tensor(new[] { skewed, 0 }), tensor(new[] { skewed, 0 })));

        weight.data<double>().Should().Equal([1.346153846 * 1.346153846, 1], Close);
    }

    private static void RequireLoss(PairLoss loss, double expected) =>
        loss.Compute(PlainPairLoss.Evidence([new((-12, -15), (-12.5, -14.2), (6, 8))], beta: 0.1)).item<double>()
            .Should().BeApproximately(expected, 1e-9);

    private static bool Close(double actual, double expected) => Math.Abs(actual - expected) < 1e-9;

    private static PairEvidence Evidence(PairLogProbs policy, PairLogProbs reference) => new(policy, reference, Beta: 0.1);

    private static PairLogProbs Pairs(double[] chosen, double[] rejected) =>
        new(new(tensor(chosen), tensor(rejected)), new(ones(chosen.Length), ones(chosen.Length)));

    private static PairLogProbs LogProbs(JsonElement[] batch, string key)
    {
        var sides = batch.Select(row => row.GetProperty(key).EnumerateArray().Select(x => x.GetSingle()).ToArray()).ToArray();
        var pairs = sides.Length / 2;
        var shared = sides.Select((side, i) => side.Take(Math.Min(sides[i % pairs].Length, sides[pairs + (i % pairs)].Length)).Sum());
        Pair Split(IEnumerable<float> values) => Pair.Split(tensor(values.ToArray()));
        return new(Split(sides.Select(side => side.Sum())), Split(sides.Select(side => (float)side.Length))) { SharedSum = Split(shared) };
    }
}
