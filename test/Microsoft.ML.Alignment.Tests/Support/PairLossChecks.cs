using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Log-probabilities and tokens of a pair in plain numbers.</summary>
internal readonly record struct PlainPair(double Chosen, double Rejected, int ChosenTokens, int RejectedTokens)
{
    public double MeanChosen => Chosen / ChosenTokens;

    public double MeanRejected => Rejected / RejectedTokens;
}

/// <summary>Compares pairwise losses with computations that do not know the library.</summary>
internal static class PairLossChecks
{
    private const double Step = 1e-5;

    /// <summary>Seven ragged pairs.</summary>
    public static PlainPair[] Pairs(int seed)
    {
        var random = new Random(seed);
        PlainPair Next(int chosen, int rejected) =>
            new(-3 * chosen * random.NextDouble(), -3 * rejected * random.NextDouble(), chosen, rejected);
        return [.. Enumerable.Range(0, 7).Select(_ => Next(random.Next(1, 12), random.Next(1, 12)))];
    }

    /// <summary>The same as tensors in double precision.</summary>
    public static PairLogProbs Tensors(PlainPair[] pairs) => new(
        new(tensor(pairs.Select(p => p.Chosen).ToArray()), tensor(pairs.Select(p => p.Rejected).ToArray())), Counts(pairs));

    /// <summary>
    /// Asserts that loss and gradient of every pair are those of <paramref name="plain"/> and of its central differences.
    /// </summary>
    public static void RequireEqual(PlainPair[] pairs, Func<PairLogProbs, PreferenceLoss> loss, Func<PlainPair, int, double> plain)
    {
        using var scope = NewDisposeScope();
        var sums = new Pair(
            tensor(pairs.Select(p => p.Chosen).ToArray(), requires_grad: true),
            tensor(pairs.Select(p => p.Rejected).ToArray(), requires_grad: true));

        var values = loss(new(sums, Counts(pairs))).Loss;
        values.sum().backward();

        for (var i = 0; i < pairs.Length; i++)
        {
            var (p, index) = (pairs[i], i);
            var (chosen, rejected) = (sums.Chosen.grad![i].item<double>(), sums.Rejected.grad![i].item<double>());
            Near.Relative(values[i].item<double>(), plain(p, i), 1e-9, $"loss of pair {i}");
            Near.Relative(chosen, Slope(x => plain(p with { Chosen = p.Chosen + x }, index)), 1e-6, $"chosen gradient of pair {i}");
            Near.Relative(rejected, Slope(x => plain(p with { Rejected = p.Rejected + x }, index)), 1e-6, $"rejected gradient of pair {i}");
        }
    }

    /// <summary>A value of one pair that needs no gradient.</summary>
    public static double Single(PlainPair pair, Func<PairLogProbs, PreferenceLoss> loss)
    {
        using var scope = NewDisposeScope();
        return loss(Tensors([pair])).Loss.item<double>();
    }

    private static Pair Counts(PlainPair[] pairs) => new(
        tensor(pairs.Select(p => (double)p.ChosenTokens).ToArray()), tensor(pairs.Select(p => (double)p.RejectedTokens).ToArray()));

    private static double Slope(Func<double, double> function) => (function(Step) - function(-Step)) / (2 * Step);
}
