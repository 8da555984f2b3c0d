using Microsoft.ML.Alignment.Feedback;

namespace Microsoft.ML.Alignment.Tests.Feedback;

public sealed class LengthBalanceTests
{
    private static readonly JudgedPair[] Judged =
    [
        // Four prefer the longer one, with less and less certainty; two the shorter one; then an equal length, a tie and an abstention.
        Pair("longer1", "a", 1), Pair("longer2", "a", 0.9), Pair("a", "longer3", 0.2), Pair("longer4", "a", 0.7),
        Pair("b", "shorter5", 1), Pair("shorter6", "b", 0.3), Pair("same", "size", 1), Pair("tie", "tied", 0.5), Pair("none", "abstained", null),
    ];

    [Theory]
    [InlineData(0.5, "a/longer3 longer4/a")]
    [InlineData(2 / 3.0, "")]
    [InlineData(0.6, "longer4/a")]
    [InlineData(0.8, "b/shorter6")]
    [InlineData(0, "a/longer3 longer1/a longer2/a longer4/a")]
    [InlineData(1, "b/shorter5 b/shorter6")]
    public void TheLeastCertainOfThoseThatAreTooManyGo(double share, string leftOut)
    {
        var balanced = LengthBalance.Of([Judged[..5], Judged[5..]], share);

        balanced.Select(row => row.Count).Should().Equal(5, 4);
        var names = balanced.SelectMany(row => row).Where(pair => pair.IsSurplus).Select(pair => string.Join('/', new[] { pair.First, pair.Second }.Order(StringComparer.Ordinal)));
        names.Order(StringComparer.Ordinal).Should().Equal(leftOut.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => string.Join('/', name.Split('/').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TheOrderOfTheRowsDoesNotCount()
    {
        JudgedPair[] sure = [.. Enumerable.Range(0, 20).Select(i => Pair($"longer{i}", "a", 1)), .. Enumerable.Range(0, 5).Select(i => Pair($"b{i}", "shorter", 1))];
        IEnumerable<string> LeftOut(IEnumerable<JudgedPair> pairs) =>
            LengthBalance.Of([[.. pairs]], 0.5)[0].Where(pair => pair.IsSurplus).Select(pair => pair.First).Order(StringComparer.Ordinal);

        LeftOut(sure).Should().HaveCount(15).And.Equal(LeftOut(sure.Reverse()));
    }

    private static JudgedPair Pair(string first, string second, double? probability) => new(first, second, new() { FirstProbability = probability });
}
