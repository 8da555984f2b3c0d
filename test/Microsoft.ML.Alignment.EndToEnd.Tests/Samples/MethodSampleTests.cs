using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples;
using Samples.Compare.Chart;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

/// <summary>A sample of each kind of rows runs to its end on a model that is too small to learn much.</summary>
public sealed class MethodSampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("dpo")]
    [InlineData("kto")]
    [InlineData("reward-model")]
    public void ASampleRunsByNameOnAModelOfTheUsers(string name) =>
        SampleList.Run([name, "--model", TestFiles.Stories], CancellationToken.None).Should().Be(0);

    /// <summary>Two steps a stage teach nothing; that every stage runs, and that what is printed and drawn has its numbers, they show.</summary>
    [Theory]
    [InlineData("rlhf")]
    [InlineData("pairs")]
    [InlineData("reward-hacking")]
    [InlineData("beta-sweep")]
    [InlineData("classifier")]
    public void ASampleThatAnswersAQuestionDrawsItsPicture(string name)
    {
        var picture = _folder["picture.png"];
        SampleList.Run([name, "--model", TestFiles.Stories, "--steps", "2", "--verbs", "heldout", "--chart", picture], CancellationToken.None).Should().Be(0);
        File.Exists(picture).Should().Be(ChartFont.Name is not null, "a machine without fonts has no pictures");
    }

    public void Dispose() => _folder.Dispose();
}
