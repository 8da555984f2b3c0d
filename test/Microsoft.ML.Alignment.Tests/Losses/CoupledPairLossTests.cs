using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

/// <summary>Losses that are no sum over pairs of functions of their two log-ratios, against plain double precision.</summary>
public sealed class CoupledPairLossTests : IDisposable
{
    private const double Beta = 0.4;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly PairNumbers[] _pairs = PairNumbers.Random(6, seed: 12);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void AnOptimalTransportEqualsAPlainOne()
    {
        double Smoothed(double z) => -(0.9 * ScalarMath.LogSigmoid(z)) - (0.1 * ScalarMath.LogSigmoid(-z));
        double Paired(PairNumbers[] batch) => Sorted(batch, p => p.Policy.Chosen - p.Policy.Rejected)
            .Zip(Sorted(batch, p => p.Reference.Chosen - p.Reference.Rejected), (u, v) => Smoothed(Beta * (u - v))).Sum();
        double Unpaired(PairNumbers[] batch) => Sorted(batch, p => p.Ratio.Chosen)
            .Zip(Sorted(batch, p => p.Ratio.Rejected), (c, r) => Smoothed(Beta * (c - r))).Sum();

        RequireSame(new PairLoss.Aot { LabelSmoothing = 0.1 }, Paired);
        RequireSame(new PairLoss.AotUnpaired { LabelSmoothing = 0.1 }, Unpaired);
    }

    [Fact]
    public void ALengthDesensitisedLossEqualsAPlainOne()
    {
        // Each side's first half counts whole, the rest 0.3 times: 0.3 · x + 0.7 · x/2 = 0.65 x.
        double Plain(PairNumbers[] batch) => batch.Sum(p => -ScalarMath.LogSigmoid(Beta * 0.65 * p.Margin));

        RequireSame(new PairLoss.LdDpo { Alpha = 0.3 }, Plain);
    }

    [Fact]
    public void AWeightedLossEqualsAPlainOneWhoseWeightsStandStill()
    {
        // A pair's weight is exp(its place + 0.5).
        double Plain(PairNumbers[] batch) => batch.Select((p, i) => Math.Exp(i + 0.5) * Math.Max(0, 1 - (Beta * p.Margin))).Sum();

        RequireSame(new PairLoss.Wpo { Loss = new PairLoss.Hinge() }, Plain);
    }

    private static IEnumerable<double> Sorted(PairNumbers[] batch, Func<PairNumbers, double> value) => batch.Select(value).Order();

    private void RequireSame(PairLoss loss, Func<PairNumbers[], double> plain)
    {
        const double step = 1e-5;
        var evidence = PlainPairLoss.Evidence(_pairs, Beta);
        var leaves = evidence.Policy.Sum.Map(values => values.requires_grad_());
        var places = arange(_pairs.Length, dtype: ScalarType.Float64);

        var value = loss.Compute(evidence with
        {
            Policy = evidence.Policy with { Sum = leaves, SharedSum = 0.5 * leaves, Agreement = new(places, full_like(places, 0.5)) },
            Reference = evidence.Reference with { SharedSum = 0.5 * evidence.Reference.Sum },
        }).sum();
        value.backward();

        Near.Relative(value.item<double>(), plain(_pairs), 1e-10);
        for (var i = 0; i < _pairs.Length; i++)
        {
            var (chosen, rejected) = (plain(Moved(i, step, 0)) - plain(Moved(i, -step, 0)), plain(Moved(i, 0, step)) - plain(Moved(i, 0, -step)));
            Near.Relative(leaves.Chosen.grad![i].item<double>(), chosen / (2 * step), 1e-6);
            Near.Relative(leaves.Rejected.grad![i].item<double>(), rejected / (2 * step), 1e-6);
        }
    }

    private PairNumbers[] Moved(int index, double chosen, double rejected) => [.. _pairs.Select((pair, i) => i != index ? pair : pair with
    {
        Policy = (pair.Policy.Chosen + chosen, pair.Policy.Rejected + rejected),
    })];
}
