using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Rollouts;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class RolloutPlanTests
{
    // Rounds of 4 prompts and, at an epoch's end, of 1: 2 passes of 2 steps, and 2 passes of 1.
    private readonly RolloutPlan _plan = new(5, new(2, 2, 3, Shuffle: true), MiniBatches: 2, Passes: 2);

    [Fact]
    public void EveryStepHasItsPlaceAndEveryRoundItsEnd()
    {
        RolloutPlace[] expected =
        [
            new(0, 0, 0), new(0, 0, 1), new(0, 1, 0), new(0, 1, 1), new(1, 0, 0), new(1, 1, 0),
            new(2, 0, 0), new(2, 0, 1), new(2, 1, 0), new(2, 1, 1), new(3, 0, 0), new(3, 1, 0),
        ];

        _plan.StepsPerEpoch.Should().Be(6);
        Enumerable.Range(0, 12).Select(step => _plan.PlaceOf(step)).Should().Equal(expected);
        Enumerable.Range(0, 12).Select(step => _plan.NextRound(step)).Should().Equal(4, 4, 4, 4, 6, 6, 10, 10, 10, 10, 12, 12);
    }

    [Fact]
    public void EveryPromptIsSampledOnceAnEpochAndLearnedFromOnceAPass()
    {
        for (var epoch = 0; epoch < 2; epoch++)
        {
            int[] seen = [.. _plan.PromptsOfRound(2 * epoch), .. _plan.PromptsOfRound((2 * epoch) + 1)];
            seen.Order().Should().Equal(0, 1, 2, 3, 4);
        }

        for (var pass = 0; pass < 2; pass++)
            _plan.Pass(0, pass).SelectMany(step => step).Order().Should().Equal(0, 1, 2, 3);
    }
}
