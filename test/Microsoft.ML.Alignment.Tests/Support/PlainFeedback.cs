namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Losses on single labelled completions in plain double precision, written from the papers and not from the library.</summary>
internal static class PlainFeedback
{
    /// <summary>λ − v of KTO's equation 8, v = λ σ(β (r − z)) for desirable and λ σ(β (z − r)) for undesirable completions.</summary>
    public static double Kto(double logRatio, bool isDesirable, double divergence, double beta, double weight)
    {
        var utility = isDesirable ? beta * (logRatio - divergence) : beta * (divergence - logRatio);
        return weight - (weight * ScalarMath.Sigmoid(utility));
    }

    /// <summary>Cross-entropy of a classifier with logit β r − δ.</summary>
    public static double Bco(double logRatio, bool isDesirable, double shift, double beta)
    {
        var probability = ScalarMath.Sigmoid((beta * logRatio) - shift);
        return -Math.Log(isDesirable ? probability : 1 - probability);
    }
}
