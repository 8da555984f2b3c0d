using System.Text;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Models;

public class ChatTemplateReaderTests
{
    private const string Named = """{"bos_token": "<s>", "chat_template": [{"name": "rag", "template": "R{{ bos_token }}"}, {"name": "tool_use", "template": "T"}]}""";
    private const string WithDefault = """{"chat_template": [{"name": "default", "template": "D"}, {"name": "rag", "template": "R"}]}""";

    [Fact]
    public void SeveralTemplatesWithoutADefaultAreRefusedWithTheirNamesAndTheOption() =>
        FluentActions.Invoking(() => ChatTemplateReader.Read(Files((ModelFiles.TokenizerConfig, Named)))).Should().Throw<NotSupportedException>()
            .WithMessage("*tokenizer_config.json*rag, tool_use*none is named 'default'*ChatTemplate of BaseModel or LoadModel*");

    [Theory]
    [InlineData(Named, "rag", "R<s>")]
    [InlineData(Named, "tool_use", "T")]
    [InlineData(Named, "{{ 'mine' }}", "mine")]
    [InlineData(WithDefault, null, "D")]
    [InlineData(WithDefault, "default", "D")]
    [InlineData(WithDefault, "rag", "R")]
    [InlineData("""{"chat_template": "O"}""", null, "O")]
    [InlineData("""{"chat_template": "O"}""", "default", "O")]
    [InlineData("{}", "{{ 1 }}", "1")]
    public void TheChosenTemplateIsTheModels(string config, string? wanted, string rendered)
    {
        var files = ChatTemplateReader.Choose(Files((ModelFiles.TokenizerConfig, config)), wanted);

        ChatTemplateReader.Read(files)!.Render([], false).Should().Be(rendered);
    }

    [Fact]
    public void TheFileGoesBeforeTheSettings()
    {
        var files = Files((ModelFiles.TokenizerConfig, Named), (ModelFiles.ChatTemplate, "F"), (ModelFiles.ChatTemplateJson, """{"chat_template": "J"}"""));

        ChatTemplateReader.Read(files)!.Source.Should().Be("F");
        ChatTemplateReader.Read(ChatTemplateReader.Choose(files, "default"))!.Source.Should().Be("J");
        ChatTemplateReader.Read(Files((ModelFiles.TokenizerConfig, Named), (ModelFiles.ChatTemplateJson, """{"chat_template": "J"}""")))!.Source.Should().Be("J");
    }

    [Theory]
    [InlineData(Named, "tools", "*'tools'*templates named rag, tool_use*")]
    [InlineData("{}", "rag", "*'rag'*no chat template*Jinja*")]
    public void ANameThatIsNotThereIsRefusedWithThoseThatAre(string config, string wanted, string message) =>
        FluentActions.Invoking(() => ChatTemplateReader.Choose(Files((ModelFiles.TokenizerConfig, config)), wanted)).Should().Throw<InvalidDataException>().WithMessage(message);

    [Fact]
    public void ATemplateThatCannotBeReadIsRefusedAtOnce() =>
        FluentActions.Invoking(() => ChatTemplateReader.Choose(Files(), "{% if %}")).Should().Throw<ChatTemplateException>();

    [Theory]
    [InlineData("""{"chat_template": 3}""")]
    [InlineData("""{"chat_template": ["x"]}""")]
    [InlineData("""{"chat_template": [{"name": "x"}]}""")]
    public void WhatIsNoTemplateIsNamed(string config) =>
        FluentActions.Invoking(() => ChatTemplateReader.Read(Files((ModelFiles.TokenizerConfig, config)))).Should().Throw<InvalidDataException>()
            .WithMessage("*tokenizer_config.json: chat_template*name and template*");

    [Fact]
    public void SpecialTokensAreReadFromTheirMapWhereTheSettingsDoNotSay()
    {
        const string Map = """{"bos_token": {"content": "<|im_start|>", "lstrip": false}, "eos_token": "<|im_end|>", "unk_token": "U"}""";
        var files = Files((ModelFiles.TokenizerConfig, """{"unk_token": "<unk>", "bos_token": null}"""), (ModelFiles.SpecialTokensMap, Map));

        ChatTemplateReader.SpecialTokensOf(files).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["bos_token"] = "<|im_start|>", ["eos_token"] = "<|im_end|>", ["unk_token"] = "<unk>",
        });
        var template = ChatTemplateReader.Read(files.With(ModelFiles.ChatTemplate, "{{ bos_token }}x"u8.ToArray()))!;
        template.Render([], false).Should().Be("<|im_start|>x");
        var tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));
        EndTokens.Of(ModelConfig.Parse(TestModels.TinyConfig.Replace("\"eos_token_id\": 2", "\"eos_token_id\": 0"), null), files, tokenizer).Ids.Should().Equal(0, 2);
    }

    [Fact]
    public void AModelLoadsWithTheTemplateThatTheUserGives()
    {
        using var model = PretrainedModel.Load(Golden.Shared(StoriesModel.Folder), "{% for m in messages %}{{ m.content }}{% endfor %}");

        model.ChatTemplate!.Render([new("user", "Hi")], false).Should().Be("Hi");
        FluentActions.Invoking(() => PretrainedModel.Load(Golden.Shared(StoriesModel.Folder), "rag")).Should().Throw<InvalidDataException>().WithMessage("*stories260K*'rag'*no chat template*");
        var none = () => new PromptEncoder(model.Tokenizer, null, PromptFormat.UserTurn, [2]);
        none.Should().Throw<ArgumentException>().WithMessage("*option ChatTemplate of BaseModel or LoadModel*");
    }

    private static ModelFiles Files(params (string Name, string Text)[] files) =>
        new(files.ToDictionary(file => file.Name, file => Encoding.UTF8.GetBytes(file.Text)));
}
