using FluentAssertions;
using Samples.Rlhf;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

/// <summary>The sample about the best policy, with fewer steps than it takes to come quite near.</summary>
public sealed class OptimumTests
{
    [Fact]
    public void FourMethodsComeNearToTheBestPolicy()
    {
        var reached = Optimum.Reach(seed: 1, [0.5], steps: 100, CancellationToken.None).Reached;

        reached.Select(run => run.Method).Should().Equal("PPO", "RLOO", "GRPO", "DPO");
        reached.Should().OnlyContain(run => run.OffBy < 3, "of the answers, in percent");
        reached[0].Optimum.DistanceTo(new([0.1, 0.35, 0.25, 0.2, 0.1])).Should().BeGreaterThan(0.15, "training had some way to go");
    }
}
