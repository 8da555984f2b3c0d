namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Losses in plain double precision, one number at a time, written from the papers and not from the library.</summary>
internal static class ScalarMath
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double LogSigmoid(double x) => x < 0 ? x - Log1P(Math.Exp(x)) : -Log1P(Math.Exp(-x));

    /// <summary>DPO's equation 7 with the smoothing of cDPO.</summary>
    public static double Dpo((double Chosen, double Rejected) policy, (double Chosen, double Rejected) reference, double beta, double smoothing)
    {
        var z = beta * (policy.Chosen - policy.Rejected - (reference.Chosen - reference.Rejected));
        return -(((1 - smoothing) * LogSigmoid(z)) + (smoothing * LogSigmoid(-z)));
    }

    public static double BradleyTerry(double chosen, double rejected, double margin, double centering) =>
        Math.Log(1 + Math.Exp(rejected + margin - chosen)) + (centering * Math.Pow(chosen + rejected, 2));

    /// <summary>log(1 + x) without losing small x.</summary>
    private static double Log1P(double x) => x < 1e-5 ? x - (x * x / 2) : Math.Log(1 + x);
}
