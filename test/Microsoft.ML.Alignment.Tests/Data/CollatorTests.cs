using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class CollatorTests
{
    [Fact]
    public void APairIsLaidOutAsPromptChosenRejected()
    {
        var batch = Collator.Pack([new([1, 2, 3], [[4, 5], [6]], [0.5f]), new([7, 8], [[9], [10, 11]], [1f])]);
        batch.Rows.Ids.Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        batch.Rows.Positions.Should().Equal(0, 1, 2, 3, 4, 3, 0, 1, 2, 2, 3);
        batch.Rows.PrefixLength.Should().Be(0);
        batch.Rows.Groups.Select(g => (g.Start, g.PromptLength)).Should().Equal((0, 3), (6, 2));
        batch.Rows.Groups[0].CompletionLengths.Should().Equal(2, 1);
        batch.Rows.Groups[1].CompletionLengths.Should().Equal(1, 2);
        batch.Targets.Labels.Should().Equal(4, 5, 9, 6, 10, 11);
        batch.Targets.Rows.Should().Equal(2, 3, 7, 2, 7, 9);
        batch.Targets.Sequences.Should().Equal(0, 0, 1, 2, 3, 3);
        batch.Targets.TokenCounts.Should().Equal(2, 1, 1, 2);
        batch.Targets.EndRows.Should().Equal(4, 8, 5, 10);
        batch.Examples.Select(example => example.Values.Single()).Should().Equal(0.5f, 1f);
        batch.TokenCount.Should().Be(3 + 2 + 3 + 1 + 2 + 1 + 2 + 2);
    }

    [Fact]
    public void WhatBothSidesOfAPairBeginWithIsLaidOutOnce()
    {
        var batch = Collator.Pack([new([1, 2, 3], [[4, 5, 6], [4, 5, 9, 7]], []), new([8], [[10], [10, 11]], []), new([12], [[13, 14], [13, 14]], [])]);
        batch.Rows.Ids.Should().Equal(1, 2, 3, 4, 5, 6, 9, 7, 8, 10, 10, 11, 12, 13, 14, 14);
        batch.Rows.Positions.Should().Equal(0, 1, 2, 3, 4, 5, 5, 6, 0, 1, 1, 2, 0, 1, 2, 2);
        batch.Rows.Groups.Select(g => (g.Start, g.PromptLength)).Should().Equal((0, 5), (8, 1), (12, 2));
        batch.Rows.Groups.SelectMany(g => g.CompletionLengths).Should().Equal(1, 2, 1, 2, 1, 1);
        batch.Targets.Labels.Should().Equal(4, 5, 6, 10, 13, 14, 4, 5, 9, 7, 10, 11, 13, 14);
        batch.Targets.Rows.Should().Equal(2, 3, 4, 8, 12, 13, 2, 3, 4, 6, 8, 10, 12, 13);
        batch.Targets.EndRows.Should().Equal(5, 9, 14, 7, 11, 15);
        batch.TokenCount.Should().Be(6 + 7 + 2 + 3 + 3 + 3, "tokens are counted as separate sequences hold them");
    }

    [Fact]
    public void TargetsOfOneRowAndLabelAreOne()
    {
        var targets = Collator.Pack([new([1, 2, 3], [[4, 5, 6], [4, 5, 9, 7]], [])]).Targets;

        targets.Distinct.Rows.Should().Equal(2, 3, 4, 4, 6);
        targets.Distinct.Labels.Should().Equal(4, 5, 6, 9, 7);
        targets.Distinct.Places.Should().Equal(0, 1, 2, 0, 1, 3, 4);
        Collator.Pack([new([1, 2], [[4], [5, 6]], [])]).Targets.Distinct.Places.Should().BeNull("no two are the same");
    }

    [Theory]
    [InlineData(1, 20, 0)]
    [InlineData(3, 7, 0)]
    [InlineData(3, 8, 8)]
    [InlineData(4, 20, 20)]
    public void PromptsShareTheirBeginningWhereItPays(int count, int shared, int prefix) =>
        Collator.Pack(Examples.Random(count, 1, shared, seed: 5)).Rows.PrefixLength.Should().Be(prefix);

    [Fact]
    public void EveryPromptKeepsARowOfItsOwn()
    {
        int[] prompt = [.. Enumerable.Range(1, 12)];
        var batch = Collator.Pack([new(prompt, [[50]], []), new([.. prompt, 13], [[51]], [])]);
        batch.Rows.PrefixLength.Should().Be(11);
        batch.Rows.Groups.Select(g => g.PromptLength).Should().Equal(1, 2);
        batch.Targets.Rows.Should().Equal(11, 14);
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(2, 0, true)]
    [InlineData(2, 11, true)]
    [InlineData(3, 9, false)]
    [InlineData(0, 11, true)]
    [InlineData(2, 0, true, 1)]
    [InlineData(3, 9, false, 4)]
    public void UnpackedRowsAreTheSeparateSequences(int completions, int shared, bool endRows, int sharedOfCompletions = 0)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            int[] beginning = [.. Enumerable.Range(60, sharedOfCompletions)];
            TokenizedExample[] examples = [.. Examples.Random(5, completions, shared, seed).Select(
                example => example with { Completions = [.. example.Completions.Select(completion => beginning.Concat(completion).ToArray())] })];
            var batch = Collator.Pack(examples, endRows);
            var sequences = Enumerable.Range(0, Math.Max(1, completions)).SelectMany(c => examples.Select((example, b) => (example, b, c))).ToList();
            for (var s = 0; s < sequences.Count; s++)
                CheckSequence(batch, sequences[s], s, endRows);
            batch.TokenCount.Should().Be(sequences.Sum(x => x.example.Prompt.Length + (completions == 0 ? 0 : x.example.Completions[x.c].Length)));
        }
    }

    [Fact]
    public void PromptsAloneHaveNoTargets()
    {
        var targets = Collator.Pack(Examples.Random(3, 0, 0, seed: 1)).Targets;
        targets.SequenceCount.Should().Be(0);
        targets.TokenCount.Should().Be(0);
    }

    [Fact]
    public void UnevenAndEmptyExamplesAreRefused()
    {
        FluentActions.Invoking(() => Collator.Pack([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Collator.Pack([new([1], [[2]], []), new([1], [[2], [3]], [])])).Should().Throw<ArgumentException>().WithMessage("*1 and 2*");
        FluentActions.Invoking(() => Collator.Pack([new([1], [[]], [])])).Should().Throw<ArgumentException>().WithMessage("*empty*");
        FluentActions.Invoking(() => Collator.Pack([new([], [[1]], [])])).Should().Throw<ArgumentException>().WithMessage("*empty*");
    }

    private static void CheckSequence(TokenBatch batch, (TokenizedExample Example, int Group, int Completion) of, int sequence, bool endRows)
    {
        var rows = VisibleRows(batch.Rows, of.Group, of.Completion);
        var completion = of.Example.Completions.Length == 0 ? [] : of.Example.Completions[of.Completion];
        var expected = of.Example.Prompt.Concat(endRows ? completion : completion[..^1]).Select(id => (long)id).ToArray();
        rows.Select(row => batch.Rows.Ids[row]).Should().Equal(expected);
        rows.Select(row => batch.Rows.Positions[row]).Should().Equal(Enumerable.Range(0, expected.Length).Select(p => (long)p));
        if (completion.Length == 0)
            return;
        var targets = Enumerable.Range(0, batch.Targets.TokenCount).Where(m => batch.Targets.Sequences[m] == sequence).ToArray();
        targets.Select(m => batch.Targets.Labels[m]).Should().Equal(completion.Select(id => (long)id));
        var firstPredictor = of.Example.Prompt.Length - 1;
        targets.Select(m => batch.Targets.Rows[m]).Should().Equal(completion.Select((_, t) => (long)rows[firstPredictor + t]));
        batch.Targets.TokenCounts[sequence].Should().Be(completion.Length);
        if (endRows)
            batch.Targets.EndRows[sequence].Should().Be(rows[^1]);
        else
            batch.Targets.EndRows.Should().BeEmpty();
    }

    /// <summary>The rows a completion's last row attends to, from the contract of packed rows.</summary>
    private static int[] VisibleRows(PackedRows rows, int group, int completion)
    {
        var g = rows.Groups[group];
        var prompt = Enumerable.Range(0, rows.PrefixLength).Concat(Enumerable.Range(g.Start, g.PromptLength));
        return g.CompletionLengths.Length == 0
            ? [.. prompt]
            : [.. prompt, .. Enumerable.Range(g.Start + g.PromptLength + g.CompletionLengths.Take(completion).Sum(), g.CompletionLengths[completion])];
    }
}
