namespace Microsoft.ML.Alignment.Tests;

public sealed class JsonTextsTests
{
    [Theory]
    [InlineData("", -1)]
    [InlineData("""{"a": "b"}""", -1)]
    [InlineData("""{"a": "\ud83d\ude00"}""", -1)]
    [InlineData("""{"a": "\uD83D\uDE00\n\\"}""", -1)]
    [InlineData("""{"a": "\\ud800"}""", -1)] // a backslash and six letters
    [InlineData("""{"a": "\\\ud800"}""", 9)]
    [InlineData("""{"a": "\ud800"}""", 7)]
    [InlineData("""{"a": "\udc00\ud800"}""", 7)]
    [InlineData("""{"a": "\ud800\ud83d\ude00"}""", 7)]
    [InlineData("""{"a": "\ud83d\ude00\ud83d"}""", 19)]
    [InlineData("\"\\ud800", 1)]
    [InlineData("\"\\ud80", -1)]
    [InlineData("\\", -1)]
    public void HalfACharacterIsFound(string json, int at) => JsonTexts.FindHalf(json).Should().Be(at);
}
