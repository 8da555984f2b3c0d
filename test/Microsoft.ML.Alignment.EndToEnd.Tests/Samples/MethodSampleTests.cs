using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

/// <summary>A sample of each kind of rows runs to its end on a model that is too small to learn much.</summary>
public sealed class MethodSampleTests
{
    [Theory]
    [InlineData("dpo")]
    [InlineData("kto")]
    [InlineData("reward-model")]
    public void ASampleRunsByNameOnAModelOfTheUsers(string name) =>
        SampleList.Run([name, "--model", TestFiles.Stories], CancellationToken.None).Should().Be(0);
}
