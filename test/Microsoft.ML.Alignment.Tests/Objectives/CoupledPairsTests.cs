using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Losses that couple pairs, and losses that need single tokens, over micro-batches of a step.</summary>
public sealed class CoupledPairsTests : IDisposable
{
    private const double Beta = 0.3;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _policy = TestModels.Tiny(1).TrainableOwned();
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = RandomExamples.Pairs(6);

    public static TheoryData<string> Names => [.. Losses.Keys];

    private static Dictionary<string, PairLoss> Losses { get; } = new()
    {
        ["aot"] = new PairLoss.Aot { LabelSmoothing = 0.1 },
        ["aot unpaired"] = new PairLoss.AotUnpaired(),
        ["aot of a shared length"] = new PairLoss.LdDpo { Alpha = 0.3, Loss = new PairLoss.AotUnpaired() },
        ["aot mixed with weighted pairs"] = new PairLoss.Mixture { Terms = [new(0.6, new PairLoss.Aot()), new(2, new PairLoss.Wpo())] },
        ["shared length"] = new PairLoss.LdDpo { Loss = new PairLoss.Nca() },
        ["weighted pairs"] = new PairLoss.Wpo { Loss = new PairLoss.BcoPair() },
    };

    public void Dispose()
    {
        _policy.Dispose();
        _reference.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LossAndGradientsDoNotDependOnMicroBatches(string name) =>
        GradientChecks.RequireSameInMicroBatches(_policy, Objective(Losses[name]), _examples);

    [Fact]
    public void SortingWithinMicroBatchesWouldBeAnotherLoss()
    {
        var objective = Objective(new PairLoss.Aot());
        var parts = new[] { Collator.Pack(_examples[..3]), Collator.Pack(_examples[3..]) };

        var together = objective.Begin(parts);
        var announced = parts.Sum(part => together.Evaluate(part).Loss.item<float>());
        var alone = parts.Average(part => objective.Evaluate(part).Loss.item<float>());

        alone.Should().NotBeApproximately(announced, 1e-4f, "a step of three pairs sorts three pairs");
    }

    [Fact]
    public void MetricsOfACoupledLossAreThoseOfThePairs()
    {
        var batch = Collator.Pack(_examples);
        var (plain, coupled) = (Objective(new PairLoss.Sigmoid()), Objective(new PairLoss.Aot()));
        var step = coupled.Begin([batch, Collator.Pack(_examples[..2])]);

        var expected = plain.Evaluate(batch).Metrics;

        step.Evaluate(batch).Metrics.Select(m => (m.Name, m.Weight, m.Value.ToDouble()))
            .Should().Equal(expected.Select(m => (m.Name, m.Weight, m.Value.ToDouble())));
    }

    [Fact]
    public void TheSharedLengthIsThatOfThePairsShorterSide()
    {
        var pass = PairPass.Run(_policy, Collator.Pack(_examples), new(), PairDetails.SharedSum).Pairs;

        for (var i = 0; i < _examples.Length; i++)
        {
            var shared = _examples[i].Completions.Min(completion => completion.Length);
            var (chosen, rejected) = (LogProb(i, 0, shared), LogProb(i, 1, shared));
            Near.Relative(pass.SharedSum!.Value.Chosen[i].item<float>(), chosen, 1e-5);
            Near.Relative(pass.SharedSum!.Value.Rejected[i].item<float>(), rejected, 1e-5);
            Near.Relative(pass.Sum.Rejected[i].item<float>(), LogProb(i, 1, _examples[i].Completions[1].Length), 1e-5);
        }

        double LogProb(int pair, int side, int tokens) =>
            PlainModel.LogProb(_policy, _examples[pair].Prompt, _examples[pair].Completions[side][..tokens]);
    }

    [Fact]
    public void DetailsDoNotChangeTheSums()
    {
        var batch = Collator.Pack(_examples);

        var plain = PairPass.Run(_policy, batch, new(), PairDetails.None).Pairs;
        var detailed = PairPass.Run(_policy, batch, new(), PairDetails.SharedSum | PairDetails.Agreement).Pairs;

        detailed.Sum.Chosen.Equals(plain.Sum.Chosen).Should().BeTrue();
        detailed.Sum.Rejected.Equals(plain.Sum.Rejected).Should().BeTrue();
        detailed.TokenCount.Rejected.Equals(plain.TokenCount.Rejected).Should().BeTrue();
    }

    [Fact]
    public void AWeightIsAConstantAndTheSftTermOfAMixtureHasNone()
    {
        var batch = Collator.Pack(_examples);
        var weight = PairLoss.Wpo.Weight(PairPass.Run(_policy, batch, new(), PairDetails.Agreement).Pairs.Agreement!.Value);
        var plain = PairPass.Run(_policy, batch, new(), PairDetails.None).Pairs;
        var losses = new PairLoss.Sigmoid().Evaluate(plain, PairPass.Run(_reference, batch, new(), PairDetails.None).Pairs, Beta).Loss;
        var objective = new PreferenceObjective(_policy, _reference, (p, r) => new PairLoss.Wpo().Evaluate(p, r, Beta))
        {
            Details = PairDetails.Agreement,
            SftWeight = 0.7,
        };

        var loss = objective.Evaluate(batch).Loss.item<float>();

        var sft = -plain.Sum.Chosen.sum().item<float>() / plain.TokenCount.Chosen.sum().item<float>();
        weight.requires_grad.Should().BeFalse();
        Near.Relative(loss, (weight * losses).mean().item<float>() + (0.7 * sft), 1e-5);
    }

    [Fact]
    public void CoupledStepsLeaveNoTensorsBehind()
    {
        var live = new List<long>();
        var progress = new ProgressList(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        var training = new TrainingOptions { MaxSteps = 9 }.Resolve(new(1e-3, 1), 0);

        // One step of two micro-batches, served again and again: batches keep the masks that they made in the first.
        new TrainingLoop([new(_policy)], training, new("Dpo", new() { Progress = progress }, _ => { }))
            .Run(new SameStep([Collator.Pack(_examples[..3]), Collator.Pack(_examples[3..])]), Objective(Losses["aot of a shared length"]));

        live.Should().HaveCount(9);
        live[^1].Should().Be(live[2]);
    }

    private sealed class SameStep(IReadOnlyList<TokenBatch> step) : IBatchSource<TokenBatch>
    {
        public int StepsPerEpoch => 1;

        public IEnumerable<IReadOnlyList<TokenBatch>> Steps(long from)
        {
            while (true)
                yield return step;
        }
    }

    private PreferenceObjective Objective(PairLoss loss) => new(_policy, _reference, (p, r) => loss.Evaluate(p, r, Beta))
    {
        Details = loss.Details,
        CouplesPairs = loss.CouplesPairs,
    };
}
