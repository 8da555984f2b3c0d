using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Tests.Observing.Metrics;

public sealed class MetricsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ALineIsAnObjectWithTrlsNames()
    {
        Write(null, Step(1, ("loss", 0.5), ("rewards/margins", -2e-7)), Evaluated(1, ("loss", 0.25), ("kl", double.NaN)));

        File.ReadAllText(FilePath).Should().Be(
            """
            {"step":1,"loss":0.5,"rewards/margins":-2E-07}
            {"step":1,"eval_loss":0.25,"eval_kl":null}

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        MetricsPoint[] points = [Evaluated(0, ("loss", 0.1)), Step(1, ("loss", 1 / 3.0), ("grad_norm", 4)), Evaluated(1, ("loss", 1e-300))];

        Write(null, points);

        MetricsFile.Read(_folder.Path).Should().BeEquivalentTo(points, options => options.WithStrictOrdering());
    }

    [Fact]
    public void ResumingDropsLaterStepsAndATornLine()
    {
        Write(null, Evaluated(0, ("loss", 3)), Step(1, ("loss", 2)), Step(2, ("loss", 1)), Evaluated(2, ("loss", 1)), Step(3, ("loss", 0)));
        File.AppendAllText(FilePath, """{"step":4,"lo""");

        Write(2, Step(3, ("loss", 7)));

        MetricsFile.Read(_folder.Path).Select(point => (point.Step, point.IsEvaluation, point.Values["loss"]))
            .Should().Equal((0, true, 3), (1, false, 2), (2, false, 1), (2, true, 1), (3, false, 7));
    }

    [Fact]
    public void ABeginningAnewForgetsWhatWasThere()
    {
        Write(null, Step(1, ("loss", 2)));

        Write(null, Step(1, ("loss", 1)));

        MetricsFile.Read(_folder.Path).Should().ContainSingle().Which.Values["loss"].Should().Be(1);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"loss":1}""")]
    [InlineData("[1]")]
    public void ADamagedLineIsNamed(string line)
    {
        File.WriteAllText(FilePath, $"{{\"step\":1}}\n{line}\n");

        var open = () => MetricsFile.Open(_folder.Path, afterStep: 1);

        open.Should().Throw<InvalidDataException>().WithMessage("*metrics.jsonl', line 2,*whole number*Restore*");
        File.ReadAllText(FilePath).Should().Contain(line, "a file that is not understood stays as it is");
    }

    internal static MetricsPoint Step(int step, params (string Name, double Value)[] values) =>
        new(step, false, values.ToDictionary(value => value.Name, value => value.Value));

    internal static MetricsPoint Evaluated(int step, params (string Name, double Value)[] values) =>
        new(step, true, values.ToDictionary(value => value.Name, value => value.Value));

    private void Write(int? afterStep, params MetricsPoint[] points)
    {
        using var file = MetricsFile.Open(_folder.Path, afterStep);
        Array.ForEach(points, file.Append);
    }
}
