using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Tests.Data;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class ShownRowsTests
{
    private static readonly SamplingSettings Sampling = new(4, 0.8, Precision.Float32);
    private static readonly RolloutPlan Plan = new(4, new(2, 2, 0, Shuffle: false), MiniBatches: 2, Passes: 2);

    [Theory]
    [InlineData(1, "9")]
    [InlineData(2, "9 null")]
    [InlineData(3, "9 3 null")]
    [InlineData(4, "9 5 1 null")]
    [InlineData(99, "9 7 5 3 1 -2 null")]
    public void TheyGoFromTheBestToTheWorstAndThoseWithoutAScoreComeLast(int count, string expected)
    {
        SampledRow[] rows = [.. new double?[] { 3, null, 9, -2, 1, 7, 5 }.Select(score => new SampledRow([1], true) { Score = score })];

        string.Join(' ', ShownRows.Pick(rows, count).Select(row => row.Score?.ToString() ?? "null")).Should().Be(expected);
    }

    [Fact]
    public void OfEachStepOfARoundAsManyAreNotedWithWhatEachRewardSays()
    {
        var groups = Groups();
        Scores said = new([], [new("one", Numbers(groups)), new("two", [.. Numbers(groups).Select(x => -x)])], 0);

        new ShownRows(2, Plan, new(null!, null, null, Sampling)).Note(groups, said, round: 0, allRead: true, default);

        foreach (var step in Plan.Pass(0, 0))
            step.SelectMany(at => groups[at].Rows).Count(row => row.Note is not null).Should().Be(2);
        var noted = groups.SelectMany(group => group.Rows).Select((row, place) => (row.Note, place)).Where(pair => pair.Note is not null).ToArray();
        noted.Should().OnlyContain(pair => pair.Note!.Divergence == null, "there is no reference");
        noted.Should().OnlyContain(pair => pair.Note!.Rewards["one"] == pair.place && pair.Note.Rewards["two"] == -pair.place);
    }

    [Fact]
    public void ADivergenceThatTheMethodDoesNotNeedIsMeasuredAndTheCompletionsStayAsTheyAre()
    {
        using var policy = TestModels.Tiny(1);
        using var reference = TestModels.Tiny(2);
        var scorer = new RolloutScorer(policy, reference, null, Sampling);
        var (read, measured) = (Groups(), Groups());
        foreach (var packed in RolloutPacking.Pack(read, Plan.Steps))
            scorer.Read(packed, ofPolicy: true);
        Scores said = new([], [new("one", Numbers(read))], 0);

        new ShownRows(3, Plan, scorer).Note(read, said, round: 0, allRead: true, default);
        new ShownRows(3, Plan, scorer).Note(measured, said, round: 0, allRead: false, default);

        double?[] expected = [.. read.SelectMany(group => group.Rows).Select(row => row.Note?.Divergence)];
        double?[] found = [.. measured.SelectMany(group => group.Rows).Select(row => row.Note?.Divergence)];
        expected.OfType<double>().Should().HaveCount(6).And.NotContain(0);
        found.Select(value => value is null).Should().Equal(expected.Select(value => value is null));
        foreach (var (one, other) in expected.OfType<double>().Zip(found.OfType<double>()))
            one.Should().BeApproximately(other, 1e-5);
        measured.SelectMany(group => group.Rows).Should().OnlyContain(row => row.LogProbs == null && row.ReferenceLogProbs == null);
        measured.SelectMany(group => group.Rows).Where(row => row.Note is not null).Should().OnlyContain(row => row.Note!.Rewards.Count == 0, "one reward is the score");
    }

    private static SampledGroup[] Groups() =>
    [
        .. Enumerable.Range(0, 4).Select(g => new SampledGroup(g, [1, 3 + g, 9], [.. Enumerable.Range(0, 3).Select(
            c => new SampledRow([.. Enumerable.Range(0, 2 + c).Select(t => 4 + ((g + (3 * c) + t) % 9))], true) { Score = ((5 * g) + (7 * c)) % 11 })])),
    ];

    private static double?[] Numbers(SampledGroup[] groups) => [.. groups.SelectMany(group => group.Rows).Select((_, place) => (double?)place)];
}
