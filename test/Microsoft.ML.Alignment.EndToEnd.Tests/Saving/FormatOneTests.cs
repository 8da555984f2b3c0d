namespace Microsoft.ML.Alignment.EndToEnd.Tests.Saving;

/// <summary>A file that format version 1 wrote loads for ever, and gives the numbers that it gave.</summary>
public sealed class FormatOneTests
{
    private const double Tolerance = 1e-5;

    [Fact]
    public void AFileOfFormatOneGivesTheOutputsThatItGaveWhenItWasWritten()
    {
        var expected = FormatOneFile.ReadOutputs();
        expected.Should().HaveCountGreaterThanOrEqualTo(4);
        var ml = new MLContext();
        using var model = (IDisposable)ml.Model.Load(FormatOneFile.ZipPath, out var schema);
        schema.Select(column => column.Name).Should().Equal("Prompt", "Chosen", "Rejected", "Completion");
        var view = ((ITransformer)model).Transform(ml.Data.LoadFromEnumerable(FormatOneFile.Rows));
        var actual = ml.Data.CreateEnumerable<FormatOneOutput>(view, reuseRowObject: false).ToArray();
        actual.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering()
            .Using<float>(number => number.Subject.Should().BeApproximately(number.Expectation, (float)Tolerance)).WhenTypeIs<float>());
    }

    [Fact]
    public void ItsOutputsTellTheirRowsApart()
    {
        var expected = FormatOneFile.ReadOutputs();
        foreach (var number in new Func<FormatOneOutput, float>[] { row => row.Reward, row => row.RewardMargin, row => row.ImplicitRewardMargin })
        {
            expected.Select(number).Should().OnlyHaveUniqueItems();
            expected.Should().Contain(row => Math.Abs(number(row)) > 100 * Tolerance);
        }

        expected.Select(row => row.GeneratedCompletion).Distinct().Should().HaveCountGreaterThan(1);
        new FileInfo(FormatOneFile.ZipPath).Length.Should().BeLessThan(150_000);
    }

    /// <summary>
    /// Writes the file anew. Only for changes before version 1 is released; from then on a later version gets a file of its own, and this
    /// one stays.
    /// </summary>
    [WriteGoldenFact]
    public void WriteTheFile() => FormatOneFile.Write();
}
