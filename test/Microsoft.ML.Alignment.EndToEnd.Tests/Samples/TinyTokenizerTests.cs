using FluentAssertions;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class TinyTokenizerTests
{
    [Fact]
    public void FrequentWordsBecomeOneTokenAndAnyTextComesBack()
    {
        var tokenizer = ModelTokenizer.FromJson(TinyTokenizer.Train(["they walk, they talk", "they walked"], merges: 12));
        tokenizer.EncodeText(" they").Should().HaveCount(1);
        const string Text = "they wälk — \"over\"\n12";
        tokenizer.Decode(tokenizer.EncodeText(Text), skipSpecialTokens: true).Should().Be(Text);
    }

    [Fact]
    public void MarkupHasControlTokensAndTextHasNone()
    {
        var tokenizer = ModelTokenizer.FromJson(TinyTokenizer.Train(["a b"], merges: 0));
        tokenizer.EncodeMarkup(TinyTokenizer.EndToken).Should().Equal(0);
        tokenizer.EncodeText(TinyTokenizer.EndToken).Should().NotContain(0);
    }
}
