using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Terminal;

namespace Samples.Compare;

/// <summary>A policy that was trained, with the stages before it that it needed, and what that took.</summary>
internal sealed class FittedPolicy : IDisposable
{
    private readonly ITransformer _fitted;

    private FittedPolicy(ITransformer fitted, TrainingCost cost) => (_fitted, Cost) = (fitted, cost);

    public PolicyTransformer Policy => _fitted as PolicyTransformer ?? ((TransformerChain<PolicyTransformer>)_fitted).LastTransformer;

    public TrainingCost Cost { get; }

    /// <summary>Trains a policy, alone or as the last of a chain.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="method">The estimator, or the chain.</param>
    /// <param name="input">The rows, with the policy to start from.</param>
    /// <param name="pairs">Pairs that it is trained on, each as often as there are passes; null where the rows are no pairs.</param>
    public static FittedPolicy Fit(string title, IEstimator<ITransformer> method, IDataView input, int? pairs)
    {
        Console.WriteLine($"{title}:");
        PeakMemory.Restart();
        var clock = Stopwatch.StartNew();
        var fitted = method.Fit(input);
        return new(fitted, new(clock.Elapsed.TotalSeconds, pairs, PeakMemory.Bytes));
    }

    public void Dispose() => ((IDisposable)_fitted).Dispose();
}
