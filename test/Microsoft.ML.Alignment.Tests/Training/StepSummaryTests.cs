using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class StepSummaryTests
{
    [Fact]
    public void MicroBatchesCountByTheirWeight()
    {
        using var scope = NewDisposeScope();

        StepResult[] results = [Result(0.5f, sum: 10, weight: 1, extreme: 4), Result(0.25f, sum: 2, weight: 3, extreme: -1)];

        var summary = StepSummary.Read(results, gradientNorm: 7);

        (summary.Loss, summary.GradientNorm).Should().Be((0.75, 7));
        summary.Metrics.Should().BeEquivalentTo(new Dictionary<string, double>
        {
            ["mean"] = 3, ["least"] = -1, ["greatest"] = 4, ["count"] = 0.5,
        });
    }

    private static StepResult Result(float loss, float sum, double weight, float extreme) => new(tensor(loss), [
        new("mean", tensor(sum), weight),
        new("least", tensor(extreme), 1, MetricReduction.Minimum),
        new("greatest", tensor(extreme), 1, MetricReduction.Maximum),
        new("count", tensor(1L), 2)]);
}
