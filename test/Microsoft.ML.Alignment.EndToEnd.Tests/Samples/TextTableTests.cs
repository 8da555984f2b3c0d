using FluentAssertions;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class TextTableTests
{
    // A column takes its width, a border and two blanks; the table one border more.
    [Theory]
    [InlineData(41, "0123")]
    [InlineData(40, "012 03")]
    [InlineData(30, "01 023")]
    [InlineData(25, "01 02 03")]
    [InlineData(5, "01 02 03")]
    public void ColumnsThatDoNotFitStandInFurtherTables(int available, string tables) =>
        string.Join(' ', TextTable.Split([10, 10, 4, 4], available).Select(columns => string.Concat(columns))).Should().Be(tables);
}
