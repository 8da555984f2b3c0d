using FluentAssertions;
using Samples.Compare;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class ComparedMethodsTests
{
    [Fact]
    public void KeysAndTitlesAreUnique()
    {
        ComparedMethods.All.Select(method => method.Key).Should().OnlyHaveUniqueItems().And.OnlyContain(key => !key.Contains(','));
        ComparedMethods.All.Select(method => method.Title).Should().OnlyHaveUniqueItems();
    }
}
