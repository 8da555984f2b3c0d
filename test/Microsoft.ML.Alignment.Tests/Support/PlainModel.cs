using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Log-probabilities the long way: one whole sequence at a time, from all its logits, in double precision.</summary>
internal static class PlainModel
{
    /// <summary>Sum of the log-probabilities of a completion's tokens, in nats.</summary>
    public static double LogProb(LanguageModel model, int[] prompt, int[] completion)
    {
        int[] ids = [.. prompt, .. completion];
        var logits = TestModels.Logits(model, PackedSequences.Of([ids]));
        var width = logits.Length / ids.Length;
        return Enumerable.Range(prompt.Length, completion.Length).Sum(t => LogSoftmax(logits.AsSpan((t - 1) * width, width), ids[t]));
    }

    /// <summary>Log-probabilities of each token of the vocabulary behind a sequence, in nats.</summary>
    public static double[] NextLogProbs(LanguageModel model, int[] ids)
    {
        var logits = TestModels.Logits(model, PackedSequences.Of([ids]));
        var last = logits[^(logits.Length / ids.Length)..];
        return [.. last.Select((_, index) => LogSoftmax(last, index))];
    }

    private static double LogSoftmax(ReadOnlySpan<float> logits, int index)
    {
        var (largest, sum) = (double.NegativeInfinity, 0d);
        foreach (var logit in logits)
            largest = Math.Max(largest, logit);
        foreach (var logit in logits)
            sum += Math.Exp(logit - largest);
        return logits[index] - largest - Math.Log(sum);
    }
}
