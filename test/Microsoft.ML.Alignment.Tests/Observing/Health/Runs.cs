using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Tests.Observing.Health;

/// <summary>Histories of runs: a healthy one of DPO, changed by each test in what it provokes.</summary>
internal sealed class Runs
{
    private const int Steps = 60;

    private readonly Dictionary<string, Func<double, double>> _training = new()
    {
        // t goes from 0 to 1.
        ["loss"] = t => 0.6931 - (0.3 * t),
        ["grad_norm"] = t => 4 - t,
        ["learning_rate"] = t => 5e-5 * (1 - t),
        ["rewards/margins"] = t => 1.5 * t,
        ["rewards/accuracies"] = t => t == 0 ? 0 : 0.55 + (0.35 * t),
        ["logps/chosen"] = t => -50 + t,
        ["logps/rejected"] = t => -50 - (9 * t),
        ["kl"] = t => 3 * t,
    };

    private readonly Dictionary<string, Func<double, double>> _evaluation = new()
    {
        ["loss"] = t => 0.6931 - (0.2 * t),
        ["completions/mean_length"] = t => 20 + (3 * t),
        ["completions/clipped_ratio"] = _ => 0.1,
        ["logps/end"] = _ => -0.2,
    };

    /// <summary>Gets how much of it stands around the curves of training, alternating.</summary>
    public double Noise { get; init; } = 0.01;

    public HealthFacts Facts { get; init; } = new() { Examples = 300, Duplicates = 1, LargestB = 1e-3 };

    public Runs With(string name, Func<double, double> curve)
    {
        _training[name] = curve;
        return this;
    }

    public Runs Without(string name)
    {
        _training.Remove(name);
        _evaluation.Remove(name);
        return this;
    }

    public Runs WithEvaluation(string name, Func<double, double> curve)
    {
        _evaluation[name] = curve;
        return this;
    }

    public IReadOnlyList<HealthAdvice> Check()
    {
        var history = new RunHistory([]);
        history.Add(Point(0, _evaluation, isEvaluation: true));
        for (var step = 1; step <= Steps; step++)
        {
            history.Add(Point(step, _training, isEvaluation: false));
            if (step % 20 == 0)
                history.Add(Point(step, _evaluation, isEvaluation: true));
        }

        return HealthCheck.Of(history, Facts);
    }

    private MetricsPoint Point(int step, Dictionary<string, Func<double, double>> curves, bool isEvaluation)
    {
        var t = isEvaluation ? step / (double)Steps : (step - 1) / (Steps - 1.0);
        var factor = isEvaluation ? 1 : 1 + (step % 2 == 0 ? Noise : -Noise);
        return new(step, isEvaluation, curves.ToDictionary(curve => curve.Key, curve => curve.Value(t) * factor));
    }
}
