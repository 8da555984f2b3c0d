using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Data.Inspection;
using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class RowInspectionTests : IDisposable
{
    private const int Begin = 1;
    private const int End = 2;
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();
    private readonly LanguageModel _model = StoriesModel.Load();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void TokensAreThoseOfTrainingWithTheirRoles()
    {
        var view = Catalog.LoadFromEnumerable([new Pair("Skipped", " a", " b"), new Pair("One day Lily went", " home.", " goed.")]);
        var row = Catalog.Inspect(view, _model, 2);
        row.Row.Should().Be(2);
        row.Problem.Should().BeNull();
        row.Format.Should().Be(PromptFormat.Text);
        row.Prompt!.Column.Should().Be("Prompt");
        var encoder = new PromptEncoder(_model.Tokenizer, null, PromptFormat.Text, [End]);
        row.Prompt.Tokens.Select(t => t.Id).Should().Equal(encoder.EncodePrompt("One day Lily went")).And.StartWith(Begin);
        row.Prompt.Tokens.Should().OnlyContain(t => t.Role == TokenRole.Prompt);
        row.Completions.Select(c => c.Column).Should().Equal("Chosen", "Rejected");
        row.Completions[0].Tokens.Select(t => t.Id).Should().Equal(encoder.EncodeCompletion("One day Lily went", " home.")).And.EndWith(End);
        row.Completions[0].Tokens.SkipLast(1).Should().OnlyContain(t => t.Role == TokenRole.Completion);
        row.Completions[0].Tokens[^1].Role.Should().Be(TokenRole.End);
        string.Concat(row.Completions[1].Tokens.SkipLast(1).Select(t => t.Text)).Should().Be(" goed.");
        row.Completions[1].Text.Should().StartWith(" goed.");
    }

    [Fact]
    public void WhatIsCutIsMarkedAndTheBeginStays()
    {
        var view = Catalog.LoadFromEnumerable([new Pair("One day Lily and Tom went to the park", " home.", " goed.")]);
        var row = Catalog.Inspect(view, _model, 1, new() { MaxLength = 12 });
        var kept = row.Prompt!.Tokens.Where(t => t.Role == TokenRole.Prompt).ToArray();
        (kept.Length + row.Completions.Max(c => c.Tokens.Count)).Should().Be(12);
        kept[0].Id.Should().Be(Begin);
        row.Prompt.Tokens.Skip(1).Take(row.Prompt.Tokens.Count - kept.Length).Should().OnlyContain(t => t.Role == TokenRole.Cut);

        // What training itself keeps.
        var encoder = new PromptEncoder(_model.Tokenizer, null, PromptFormat.Text, [End]);
        using var store = ExampleReader.Read(view, new("Prompt", ["Chosen", "Rejected"], []), encoder,
            new(12, InvalidRows.Throw, _ => { }, CancellationToken.None) { BeginTokenId = Begin });
        kept.Select(t => t.Id).Should().Equal(store.Read(0).Prompt);
        row.ToString().Should().Contain($"{row.Prompt.Tokens.Count - kept.Length} of them cut");
    }

    [Fact]
    public void ARowThatCannotBeTrainedOnSaysWhy()
    {
        var view = Catalog.LoadFromEnumerable(
            [new Pair("One day", " went home to the park.", " b"), new Pair("", "c", "d"), new Pair("One", " a", " a")]);
        var tooLong = Catalog.Inspect(view, _model, 1, new() { MaxLength = 4 });
        tooLong.Problem.Should().StartWith("column 'Chosen': too long");
        tooLong.Completions.Should().HaveCount(2, "the tokens show what is too long");
        Catalog.Inspect(view, _model, 2).Problem.Should().StartWith("column 'Prompt': missing prompt");
        Catalog.Inspect(view, _model, 2).Prompt.Should().BeNull();
        Catalog.Inspect(view, _model, 3).ToString().Should().Contain("Cannot be trained on: column 'Rejected': equal completions");
    }

    [Fact]
    public void ARowThatIsNotThereIsRefused()
    {
        var view = Catalog.LoadFromEnumerable([new Pair("a", "b", "c")]);
        FluentActions.Invoking(() => Catalog.Inspect(view, _model, 2)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*no row 2*rows 1 to 1*");
        FluentActions.Invoking(() => Catalog.Inspect(view, _model, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Catalog.Inspect(view, 1)).Should().Throw<ArgumentException>()
            .WithMessage("*carries no model*BaseModel*Transform*");
    }

    [Fact]
    public void AViewOfAFittedStageBringsItsModel()
    {
        var align = new MLContext(1).Alignment();
        var data = align.Data.LoadFromEnumerable([new Pair("One day Lily went", " home.", " goed.")]);
        using var fitted = align.BaseModel(Golden.Shared(StoriesModel.Folder)).Fit(data);
        var carried = fitted.Transform(data);
        align.Data.Inspect(carried, 1).Should().BeEquivalentTo(align.Data.Inspect(data, _model, 1));
        align.Data.Summarize(carried).Should().BeEquivalentTo(align.Data.Summarize(data, _model));
    }

    [Fact]
    public void ListsOfChatMessagesAreReadAsConversations()
    {
        var view = Catalog.LoadFromEnumerable(
            [new Dialogue([new(ChatRole.System, "Be kind."), new(ChatRole.User, "Hi")], [new(ChatRole.Assistant, "Lily.")], "Tom.")]);
        var format = TextFormat.Resolve(PromptFormat.FromColumn, view.Schema, "Prompt", hasTemplate: true);
        format.Should().Be(PromptFormat.Messages);
        var row = Inspector(format).Inspect(view, 1);
        row.Problem.Should().BeNull();
        row.Prompt!.Text.Should().MatchRegex(@"system: Be kind\.</s>\s*<s> ?user: Hi</s>\s*<s> ?assistant:");
        row.Completions[0].Text.Should().Contain("Lily.").And.EndWith("</s>");
        row.Completions[1].Text.Should().Contain("Tom.").And.EndWith("</s>");
    }

    [Fact]
    public void TheTemplateIsShownAsItIsRendered()
    {
        var row = Inspector(PromptFormat.UserTurn).Inspect(Catalog.LoadFromEnumerable([new Pair("</s> Hi", "Lily.", "Tom.")]), 1);
        row.Prompt!.Text.Should().Contain("user: </s> Hi</s>");
        row.Prompt.Tokens.Count(t => t.Id == End).Should().Be(1, "only the template's own markup ends the turn");
        row.Completions[0].Tokens[^1].Should().Be(new InspectedToken(End, "</s>", TokenRole.End));
    }

    [Fact]
    public void PlainTextHasALineATokenAndNoEscapes()
    {
        var text = Catalog.Inspect(Catalog.LoadFromEnumerable([new Pair("One day", " went.", " goed.")]), _model, 1).ToString();
        text.Should().StartWith("Row 1, read as Text, at most 512 tokens.").And.NotContain("\e");
        text.Should().Contain("Chosen: ").And.Contain("trained on").And.MatchRegex(@" +\d+ +2  end +");
    }

    [Fact]
    public void ColoursMarkTheRolesAndForeignEscapesStayText()
    {
        var row = Catalog.Inspect(Catalog.LoadFromEnumerable([new Pair("One \e[31mday\u202E", " went.", " goed.")]), _model, 1);
        using var coloured = new StringWriter();
        row.WriteTo(coloured, inColour: true);
        coloured.ToString().Should().Contain("\e[32m").And.Contain("\e[7;33m").And.NotContain("\e[31m").And.NotContain("\u202E");
        using var plain = new StringWriter();
        row.WriteTo(plain);
        plain.ToString().Should().Be(row.ToString(), "a string writer is no terminal").And.Contain("\\u001B");
    }

    private RowInspector Inspector(PromptFormat format)
    {
        var template = ChatTemplate.Parse(
            "{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s>\n{% endfor %}"
            + "{% if add_generation_prompt %}<s>assistant: {% endif %}",
            new Dictionary<string, string>());
        var options = new ReadOptions(200, InvalidRows.Skip, _ => { }, CancellationToken.None) { BeginTokenId = Begin };
        return new(
            new("Prompt", ["Chosen", "Rejected"], []),
            new(_model.Tokenizer, new(_model.Tokenizer, template, format, [End]), format, options, [End]));
    }

    private sealed record Pair(string Prompt, string Chosen, string Rejected);

    private sealed record Dialogue(IList<ChatMessage> Prompt, IList<ChatMessage> Chosen, string Rejected);
}
