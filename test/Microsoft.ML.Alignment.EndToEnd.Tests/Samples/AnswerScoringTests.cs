using FluentAssertions;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class AnswerScoringTests
{
    private static readonly Verb Go = new("go", "went", "goed", "wented", IsRegular: false, "test");

    [Theory]
    [InlineData("The past tense of the verb \"go\" is \"went\".", Said.Right)]
    [InlineData("WENT", Said.Right)]
    [InlineData("They went, of course.", Said.Right)]
    [InlineData("It is \"goed\".", Said.OverRegularised)]
    [InlineData("Goed", Said.OverRegularised)]
    [InlineData("wented", Said.OverRegularised)]
    [InlineData("It is went, not goed.", Said.OverRegularised)]
    [InlineData("They underwent it.", Said.SomethingElse)]
    [InlineData("go", Said.SomethingElse)]
    [InlineData("", Said.SomethingElse)]
    public void FormsCountAsWholeWordsWhateverTheCase(string answer, object said) => AnswerScoring.Score(Go, answer).Should().Be((Said)said);
}
