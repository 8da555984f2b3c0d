namespace Microsoft.ML.Alignment.Statistics;

/// <summary>
/// What a win rate would be between answers of equal length: a logistic regression of wins on the difference in length, read at none (Dubois
/// et al., 2024, arXiv:2404.04475, without its term for the difficulty of each instruction, which is fitted over many models).
/// </summary>
/// <remarks>
/// The length counts as tanh(difference / standard deviation of the differences). The estimate maximises the likelihood times Jeffreys' prior
/// (Firth, 1993, Biometrika 80:27–38), so that it is finite also where all rows are won; without a difference in length it is
/// (wins + ½) / (rows + 1).
/// </remarks>
internal sealed class LengthControl
{
    private const int MostIterations = 200;
    private const double Enough = 1e-10;

    // The 97.5 % quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    private readonly double[] _outcomes;
    private readonly double[] _lengths;

    private LengthControl(double[] outcomes, double[] lengths) => (_outcomes, _lengths) = (outcomes, lengths);

    /// <summary>Estimates the rate, with the 95 % interval of Wald on the scale of log-odds.</summary>
    /// <param name="outcomes">1, won; 0, lost; ½, tie; at least one.</param>
    /// <param name="lengthDifferences">By how much each is longer than its opponent.</param>
    public static IntervalEstimate Rate(IReadOnlyList<double> outcomes, IReadOnlyList<double> lengthDifferences)
    {
        var (intercept, _, error) = new LengthControl([.. outcomes], Standardized(lengthDifferences)).Fit();
        return new(Logistic(intercept), outcomes.Count, Logistic(intercept - (Z * error)), Logistic(intercept + (Z * error)));
    }

    private static double[] Standardized(IReadOnlyList<double> differences)
    {
        var mean = differences.Average();
        var deviation = Math.Sqrt(differences.Average(difference => (difference - mean) * (difference - mean)));
        return [.. differences.Select(difference => deviation > 0 ? Math.Tanh(difference / deviation) : 0)];
    }

    private bool HasSlope => _lengths.Any(length => length != _lengths[0]);

    // Newton's method with Fisher's information; a step that leads down is halved.
    private (double Intercept, double Slope, double Error) Fit()
    {
        var (intercept, slope) = (0.0, 0.0);
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var (up, upSlope) = Step(intercept, slope);
            var here = Likelihood(intercept, slope);
            while (Likelihood(intercept + up, slope + upSlope) < here && Math.Abs(up) + Math.Abs(upSlope) > Enough)
                (up, upSlope) = (up / 2, upSlope / 2);
            (intercept, slope) = (intercept + up, slope + upSlope);
            if (Math.Abs(up) + Math.Abs(upSlope) <= Enough)
                break;
        }

        return (intercept, slope, Math.Sqrt(Inverse(Information(intercept, slope)).Intercept));
    }

    private (double Intercept, double Slope) Step(double intercept, double slope)
    {
        var inverse = Inverse(Information(intercept, slope));
        var (score, scoreSlope) = (0.0, 0.0);
        for (var row = 0; row < _outcomes.Length; row++)
        {
            var x = _lengths[row];
            var p = Logistic(intercept + (slope * x));
            var leverage = p * (1 - p) * (inverse.Intercept + (2 * x * inverse.Both) + (x * x * inverse.Slope));
            var residual = _outcomes[row] - p + (leverage * (0.5 - p));
            (score, scoreSlope) = (score + residual, scoreSlope + (residual * x));
        }

        return ((inverse.Intercept * score) + (inverse.Both * scoreSlope), (inverse.Both * score) + (inverse.Slope * scoreSlope));
    }

    // The log-likelihood with the prior, of which the best is taken.
    private double Likelihood(double intercept, double slope)
    {
        var sum = 0.0;
        for (var row = 0; row < _outcomes.Length; row++)
        {
            var logit = intercept + (slope * _lengths[row]);
            sum += (_outcomes[row] * logit) - Math.Max(logit, 0) - Math.Log(1 + Math.Exp(-Math.Abs(logit)));
        }

        var information = Information(intercept, slope);
        return sum + (0.5 * Math.Log(HasSlope ? Determinant(information) : information.Intercept));
    }

    private (double Intercept, double Both, double Slope) Information(double intercept, double slope)
    {
        var (one, both, two) = (0.0, 0.0, 0.0);
        foreach (var x in _lengths)
        {
            var p = Logistic(intercept + (slope * x));
            var weight = p * (1 - p);
            (one, both, two) = (one + weight, both + (weight * x), two + (weight * x * x));
        }

        return (one, both, two);
    }

    private (double Intercept, double Both, double Slope) Inverse((double Intercept, double Both, double Slope) m) => HasSlope
        ? (m.Slope / Determinant(m), -m.Both / Determinant(m), m.Intercept / Determinant(m))
        : (1 / m.Intercept, 0, 0);

    private static double Determinant((double Intercept, double Both, double Slope) m) => (m.Intercept * m.Slope) - (m.Both * m.Both);

    private static double Logistic(double logit) => 1 / (1 + Math.Exp(-logit));
}
