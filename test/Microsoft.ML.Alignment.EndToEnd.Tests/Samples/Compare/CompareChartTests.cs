using System.Buffers.Binary;
using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples.Compare;
using Samples.Compare.Chart;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class CompareChartTests
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    [Fact]
    public void TheFileIsAPngWithARowAMethod()
    {
        using var folder = new TemporaryFolder();
        var path = folder["new/chart.png"];
        CompareChart.Write(path, ResultRow.Of(
        [
            Runs.Of(ComparedMethods.BaseTitle, 1), Runs.Of(ComparedMethods.SftTitle, 1, kl: 0),
            Runs.Of("near", 1, kl: 0), Runs.Of("far", 1, right: 3, kl: 20, change: -12),
        ]), ChartFont.Name!);
        var file = File.ReadAllBytes(path);
        file[..8].Should().Equal(Signature);
        // The header chunk: length, "IHDR", width, height.
        BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)).Should().Be(CompareChart.Width);
        BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)).Should().Be(CompareChart.Height(methods: 2));
        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
    }
}
