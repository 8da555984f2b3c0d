using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>What is reported of a policy gradient: means over the tokens that train, by TRL's names.</summary>
internal static class PolicyMetrics
{
    /// <summary>How far the ratios of a round's first step are from 1; not 0 where sampling and training compute differently.</summary>
    public const string FirstRatio = "policy/first_ratio_deviation";

    /// <param name="batch">The micro-batch.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="loss">Their loss.</param>
    /// <param name="known">Their divergence from the reference, and the entropy of their distributions; null where it is not known.</param>
    public static IEnumerable<Metric> Of(RolloutBatch batch, SampledTokens tokens, PolicyLossTokens loss, (Tensor? Divergence, Tensor? Entropy) known)
    {
        using var noGrad = no_grad();
        var trains = tensor(batch.Trains, device: tokens.LogProbs.device);
        double count = batch.Trains.Sum();
        var result = new List<Metric>();
        if (count > 0)
        {
            void Mean(string name, Tensor values) => result.Add(new(name, values.to_type(ScalarType.Float32).mul(trains).sum(), count));
            Mean("clip_ratio/low_mean", loss.IsClippedLow);
            Mean("clip_ratio/high_mean", loss.IsClippedHigh);
            Mean(MetricNames.ClipFraction, loss.IsClippedLow.bitwise_or(loss.IsClippedHigh));
            Mean(MetricNames.ApproximateKL, tokens.LogProbs.detach().sub(tokens.OldLogProbs).Squared().Times(0.5));
            Mean("val/ratio", loss.Ratios);
            if (known.Divergence is not null)
                Mean("kl", known.Divergence.detach());
            if (known.Entropy is not null)
                Mean(MetricNames.Entropy, known.Entropy.detach());
        }

        if (batch.IsFirstStep)
        {
            var deviation = tokens.LogProbs.detach().sub(tokens.OldLogProbs).exp().Minus(1).Magnitude().max();
            result.Add(new(FirstRatio, deviation, 1, MetricReduction.Maximum));
        }

        result.AddRange(batch.Report.Select(pair => new Metric(pair.Key, tensor(pair.Value, ScalarType.Float64), 1)));
        return result;
    }
}
