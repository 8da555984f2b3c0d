using Microsoft.ML.Alignment.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>
/// Completions of one token, five of them, with known rewards: the policies that methods should reach can be written down.
/// </summary>
internal sealed class Bandit : IDisposable
{
    private const int Steps = 500;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Random _random = new(17);
    private readonly Parameter _logits = new(tensor(Reference.Select(p => Math.Log(p)).ToArray()));

    public static double[] Reference { get; } = [0.1, 0.35, 0.25, 0.2, 0.1];

    public static double[] Rewards { get; } = [1, 0.85, 0.2, 0.5, 0];

    public double[] Policy => [.. _logits.detach().softmax(0).data<double>()];

    public Tensor LogProbs => _logits.log_softmax(0); // [5], with gradient

    /// <summary>π_ref·exp(r/β), normalised: the best policy under KL(π ‖ π_ref) times β.</summary>
    public static double[] Optimum(double beta) => Normalised([.. Reference.Zip(Rewards, (p, r) => p * Math.Exp(r / beta))]);

    /// <summary>β·π_ref/(λ − r), where λ makes it a distribution: the best policy under KL(π_ref ‖ π) times β.</summary>
    public static double[] ForwardOptimum(double beta)
    {
        var (low, high) = (Rewards.Max() + 1e-9, Rewards.Max() + beta + 1);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Reference.Zip(Rewards, (p, r) => beta * p / (middle - r)).Sum() > 1 ? (middle, high) : (low, middle);
        }

        return Normalised([.. Reference.Zip(Rewards, (p, r) => beta * p / (low - r))]);
    }

    /// <summary>Half of what two distributions differ by.</summary>
    public static double Distance(double[] p, double[] q) => p.Zip(q, (a, b) => Math.Abs(a - b)).Sum() / 2;

    /// <summary>Tokens that the policy samples, as many as are asked for, spread evenly over it so that they hardly scatter.</summary>
    public int[] Sample(int count)
    {
        var (policy, offset) = (Policy, _random.NextDouble());
        var (drawn, token, mass) = (new int[count], 0, policy[0]);
        for (var i = 0; i < count; i++)
        {
            while ((i + offset) / count > mass && token < policy.Length - 1)
                mass += policy[++token];
            drawn[i] = token;
        }

        return drawn;
    }

    /// <summary>Sampled tokens as a loss sees them.</summary>
    public SampledTokens Tokens(int[] drawn, double[] oldLogProbs, double[] advantages) => new(
        LogProbs.index_select(0, tensor(drawn.Select(token => (long)token).ToArray())), tensor(drawn.Select(token => oldLogProbs[token]).ToArray()),
        tensor(advantages), RaggedRollout.Sequences([.. drawn.Select(_ => 1)]));

    /// <summary>Minimises a loss, with a rate that falls to 0.</summary>
    /// <param name="round">Gives, once a round, what is minimised in each of its steps.</param>
    /// <param name="passes">Steps of a round.</param>
    public void Train(Func<Func<Tensor>> round, int passes = 1)
    {
        using var optimizer = optim.Adam([_logits], lr: 0.1);
        for (var step = 0; step < Steps; step += passes)
        {
            using var scope = NewDisposeScope();
            optimizer.ParamGroups.Single().LearningRate = 0.1 * (1 - ((double)step / Steps));
            var loss = round();
            for (var pass = 0; pass < passes; pass++)
            {
                optimizer.zero_grad();
                loss().backward();
                optimizer.step();
            }
        }
    }

    public void Dispose()
    {
        _logits.Dispose();
        _scope.Dispose();
    }

    private static double[] Normalised(double[] weights) => [.. weights.Select(weight => weight / weights.Sum())];
}
