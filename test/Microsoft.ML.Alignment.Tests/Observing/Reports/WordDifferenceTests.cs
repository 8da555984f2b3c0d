using Microsoft.ML.Alignment.Observing.Reports;

namespace Microsoft.ML.Alignment.Tests.Observing.Reports;

public sealed class WordDifferenceTests
{
    [Theory]
    [InlineData("Lily goed home.", "Lily went home.", "Lily[ went] home.")]
    [InlineData("", "new words", "[new words]")]
    [InlineData("same", "same", "same")]
    [InlineData("a b c d", "a c d e", "a c d[ e]")]
    [InlineData("one", "", "")]
    public void NewWordsAreMarked(string before, string after, string marked) =>
        string.Concat(WordDifference.Of(before, after).Select(piece => piece.IsNew ? $"[{piece.Text}]" : piece.Text)).Should().Be(marked);

    [Fact]
    public void ThePiecesAreTheText()
    {
        var random = new Random(5);
        string Text(int words) => string.Concat(Enumerable.Range(0, words).Select(_ => " \n"[random.Next(2)] + "abc"[random.Next(3)].ToString()));

        foreach (var length in new[] { 3, 50, 900 })
        {
            var (before, after) = (Text(length), Text(length + 7) + "  ");
            string.Concat(WordDifference.Of(before, after).Select(piece => piece.Text)).Should().Be(after);
        }
    }
}
