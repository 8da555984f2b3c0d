using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Models;

public sealed class FreshModelTests
{
    private const string Folder = "models/stories260K";
    private static readonly PackedRows Rows = PackedSequences.Of([[1, 403, 407], [5]]);

    [SharedFact(Folder)]
    public void FreshModelIsAFunctionOfItsSeedAndKeepsItsFiles()
    {
        var (config, tokenizer) = Read();
        using var model = LanguageModel.Create(config, tokenizer, seed: 3);
        using var again = LanguageModel.Create(config, tokenizer, seed: 3);
        using var other = LanguageModel.Create(config, tokenizer, seed: 4);
        TestModels.Logits(model, Rows).Should().Equal(TestModels.Logits(again, Rows)).And.NotEqual(TestModels.Logits(other, Rows));
        model.Files.Text(ModelFiles.Config).Should().Be(config);
        model.Files.Text(ModelFiles.Tokenizer).Should().Be(tokenizer.Json);
        model.Tokenizer.Should().BeSameAs(tokenizer);
        model.ChatTemplate.Should().BeNull();
        model.BaseWeights.Should().OnlyContain(weight => weight.Encoding == TensorEncoding.F32);
    }

    [SharedFact(Folder)]
    public void TokenizerWithMoreIdsThanTheVocabularyIsRefused()
    {
        var (config, tokenizer) = Read();
        var act = () => LanguageModel.Create(config.Replace("\"vocab_size\": 512", "\"vocab_size\": 500"), tokenizer, seed: 3);
        act.Should().Throw<ArgumentException>().WithMessage("*512 ids*500*");
    }

    [Fact]
    public void ModelWithoutTokenizerSaysSo()
    {
        using var model = TestModels.Tiny();
        var act = () => model.Tokenizer;
        act.Should().Throw<InvalidOperationException>().WithMessage("*tokenizer.json*");
    }

    private static (string Config, ModelTokenizer Tokenizer) Read() => (
        File.ReadAllText(Golden.Shared($"{Folder}/config.json")),
        ModelTokenizer.FromJson(File.ReadAllText(Golden.Shared($"{Folder}/tokenizer.json"))));
}
