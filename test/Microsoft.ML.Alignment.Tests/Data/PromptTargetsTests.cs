using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class PromptTargetsTests
{
    [Fact]
    public void PromptsFollowTheCompletionsWithoutTheirFirstTokens()
    {
        var batch = Collator.Pack([new([1, 2, 3], [[4, 5], [6]], []), new([7], [[9], [10, 11]], []), new([12, 13], [[14], [15]], [])]);

        var targets = PromptTargets.Append(batch);

        var count = batch.Targets.TokenCount;
        targets.Rows[..count].Should().Equal(batch.Targets.Rows);
        targets.Labels[..count].Should().Equal(batch.Targets.Labels);
        targets.Labels[count..].Should().Equal(2, 3, 13);
        batch.Rows.Ids.Should().Equal(1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15);
        targets.Rows[count..].Should().Equal(0, 1, 10);
        targets.Sequences[count..].Should().Equal(6, 6, 8);
        targets.TokenCounts.Should().Equal([.. batch.Targets.TokenCounts, 2, 0, 1]);
    }

    [Fact]
    public void WhatCompletionsShareIsNoneOfThePrompt()
    {
        var batch = Collator.Pack([new([1, 2, 3], [[4, 5, 6], [4, 5, 7]], [])]);

        PromptTargets.Append(batch).Labels[6..].Should().Equal(2, 3);
    }

    [Fact]
    public void ABeginningThatExamplesShareCountsForEachOfThem()
    {
        int[] shared = [.. Enumerable.Range(1, 9)];
        var batch = Collator.Pack([new([.. shared, 20], [[30], [31]], []), new([.. shared, 21, 22], [[32], [33]], [])]);
        batch.Rows.PrefixLength.Should().Be(9);

        var targets = PromptTargets.Append(batch);

        targets.Labels[4..].Should().Equal([.. shared[1..], 20, .. shared[1..], 21, 22]);
        targets.Rows[4..].Should().Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 12]);
        targets.TokenCounts[4..].Should().Equal(9, 10);
    }
}
