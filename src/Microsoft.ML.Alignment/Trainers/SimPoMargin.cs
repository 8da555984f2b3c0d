using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment;

/// <summary>How far apart SimPO wants the rewards of a pair, γ (Meng et al., 2024, arXiv:2405.14734, eq. 5).</summary>
[JsonDerivedType(typeof(RatioToBeta), nameof(RatioToBeta))]
[JsonDerivedType(typeof(Absolute), nameof(Absolute))]
public abstract record SimPoMargin
{
    private protected SimPoMargin()
    {
    }

    /// <summary>The margin between rewards.</summary>
    internal abstract double Gamma(double beta);

    /// <summary>As the authors' code is told: γ/β, a margin between log-probabilities per token, which goes with β.</summary>
    public sealed record RatioToBeta : SimPoMargin
    {
        /// <summary>Gets γ/β, in nats a token. 0 or more; the default is 0.25, the authors tuned it from 0.1 to 0.8.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double Ratio { get; init => field = Require.NotNegative(value); } = 0.25;

        internal override double Gamma(double beta) => Ratio * beta;
    }

    /// <summary>As the paper's equation and TRL have it: γ itself, whatever β is.</summary>
    public sealed record Absolute : SimPoMargin
    {
        /// <summary>Gets γ, between rewards. 0 or more; the default is 0.5, TRL's.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
        public double Value { get; init => field = Require.NotNegative(value); } = 0.5;

        internal override double Gamma(double beta) => Value;
    }
}
