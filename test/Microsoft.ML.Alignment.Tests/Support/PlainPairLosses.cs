using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Log-probabilities of one pair as plain numbers.</summary>
/// <param name="Policy">Sums of chosen and rejected under the policy.</param>
/// <param name="Reference">The same under the reference.</param>
/// <param name="Tokens">Completion tokens of both.</param>
internal sealed record PairNumbers((double Chosen, double Rejected) Policy, (double Chosen, double Rejected) Reference, (int Chosen, int Rejected) Tokens)
{
    public (double Chosen, double Rejected) Ratio => (Policy.Chosen - Reference.Chosen, Policy.Rejected - Reference.Rejected);

    public double Margin => Ratio.Chosen - Ratio.Rejected;

    public double MarginPerToken => (Ratio.Chosen / Tokens.Chosen) - (Ratio.Rejected / Tokens.Rejected);

    /// <summary>Pairs at random; the numbers of tokens differ.</summary>
    public static PairNumbers[] Random(int count, int seed)
    {
        var random = new Random(seed);
        double LogProb() => -30 * random.NextDouble();
        double Near(double value) => value + (4 * (random.NextDouble() - 0.5));
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var reference = (LogProb(), LogProb());
            return new PairNumbers((Near(reference.Item1), Near(reference.Item2)), reference, (random.Next(1, 9), random.Next(9, 20)));
        })];
    }
}

/// <summary>A loss of the library beside the same in plain double precision, written from the formulas, one pair at a time.</summary>
internal sealed record PlainPairLoss(PairLoss Loss, Func<PairNumbers, double, double> Plain)
{
    /// <summary>All losses of single pairs, by a name.</summary>
    public static IReadOnlyDictionary<string, PlainPairLoss> All { get; } = new Dictionary<string, PlainPairLoss>
    {
        ["sigmoid"] = new(new PairLoss.Sigmoid(), (p, b) => Logistic(b * p.Margin)),
        ["sigmoid smoothed"] = new(
            new PairLoss.Sigmoid { LabelSmoothing = 0.2 }, (p, b) => (0.8 * Logistic(b * p.Margin)) + (0.2 * Logistic(-b * p.Margin))),
        ["robust"] = new(
            new PairLoss.Robust { LabelSmoothing = 0.2 }, (p, b) => ((0.8 * Logistic(b * p.Margin)) - (0.2 * Logistic(-b * p.Margin))) / 0.6),
        ["hinge"] = new(new PairLoss.Hinge(), (p, b) => Math.Max(0, 1 - (b * p.Margin))),
        ["ipo"] = new(new PairLoss.Ipo(), (p, b) => Math.Pow(p.MarginPerToken - (0.5 / b), 2)),
        ["ipo summed"] = new(new PairLoss.IpoSummed(), (p, b) => Math.Pow(p.Margin - (0.5 / b), 2)),
        ["exo"] = new(new PairLoss.Exo { LabelSmoothing = 0.01 }, (p, b) => Exo(b * p.Margin, 0.01)),
        ["discopop"] = new(new PairLoss.DiscoPop { Temperature = 0.3 }, (p, b) => DiscoPop(b * p.Margin, 0.3)),
        ["length-normalised"] = new(new PairLoss.LengthNormalized(), (p, b) => Logistic(b * p.MarginPerToken)),
        ["nca"] = new(
            new PairLoss.Nca(), (p, b) => Logistic(b * p.Ratio.Chosen) + ((Logistic(-b * p.Ratio.Chosen) + Logistic(-b * p.Ratio.Rejected)) / 2)),
        ["bco"] = new(new PairLoss.BcoPair(), (p, b) => Logistic(b * p.Ratio.Chosen) + Logistic(-b * p.Ratio.Rejected)),
        ["sppo"] = new(new PairLoss.Sppo(), (p, b) => Math.Pow(p.Ratio.Chosen - (0.5 / b), 2) + Math.Pow(p.Ratio.Rejected + (0.5 / b), 2)),
        ["apo-zero"] = new(new PairLoss.ApoZero(), (p, b) => 1 - ScalarMath.Sigmoid(b * p.Ratio.Chosen) + ScalarMath.Sigmoid(b * p.Ratio.Rejected)),
        ["apo-down"] = new(new PairLoss.ApoDown(), (p, b) => ScalarMath.Sigmoid(b * p.Ratio.Chosen) + 1 - ScalarMath.Sigmoid(b * p.Margin)),
        ["dpop"] = new(new PairLoss.Dpop { Penalty = 1.5 }, (p, b) => Logistic(b * (p.Margin - (1.5 * Math.Max(0, -p.Ratio.Chosen))))),
        ["mixture"] = new(
            new PairLoss.Mixture { Terms = [new(0.8, new PairLoss.Sigmoid()), new(0.2, new PairLoss.BcoPair())] },
            (p, b) => (0.8 * Logistic(b * p.Margin)) + (0.2 * (Logistic(b * p.Ratio.Chosen) + Logistic(-b * p.Ratio.Rejected)))),
        ["forward KL"] = OfDivergence(new FDivergence.ForwardKl(), d => 1 - Math.Exp(-d)),
        ["Jensen-Shannon"] = OfDivergence(new FDivergence.JensenShannon(), d => Math.Log(2 / (1 + Math.Exp(-d)))),
        ["alpha divergence"] = OfDivergence(new FDivergence.Alpha { Order = 0.3 }, d => (Math.Exp(-0.7 * d) - 1) / -0.7),
    };

    public static PlainPairLoss Of(string name) => All[name];

    /// <summary>Pairs as the library sees them, in float64 or float32.</summary>
    public static PairEvidence Evidence(PairNumbers[] pairs, double beta, bool wide = true)
    {
        Pair Values(Func<PairNumbers, (double Chosen, double Rejected)> select) => new(
            Column(pairs.Select(pair => select(pair).Chosen), wide), Column(pairs.Select(pair => select(pair).Rejected), wide));
        var tokens = Values(pair => pair.Tokens);
        return new(new(Values(pair => pair.Policy), tokens), new(Values(pair => pair.Reference), tokens), beta);
    }

    private static TorchSharp.torch.Tensor Column(IEnumerable<double> values, bool wide) => wide
        ? TorchSharp.torch.tensor(values.ToArray())
        : TorchSharp.torch.tensor(values.Select(value => (float)value).ToArray());

    private static PlainPairLoss OfDivergence(FDivergence divergence, Func<double, double> score) => new(
        new PairLoss.LengthNormalized { Divergence = divergence },
        (p, b) => Logistic(b * ((score(p.Ratio.Chosen) / p.Tokens.Chosen) - (score(p.Ratio.Rejected) / p.Tokens.Rejected))));

    private static double Logistic(double x) => -ScalarMath.LogSigmoid(x);

    private static double Exo(double z, double smoothing)
    {
        var (chosen, rejected) = (ScalarMath.Sigmoid(z), ScalarMath.Sigmoid(-z));
        return (chosen * Math.Log(chosen / (1 - smoothing))) + (rejected * Math.Log(rejected / smoothing));
    }

    private static double DiscoPop(double z, double temperature)
    {
        var gate = ScalarMath.Sigmoid(z / temperature);
        return ((1 - gate) * Logistic(z)) + (gate * Math.Exp(-z));
    }
}
