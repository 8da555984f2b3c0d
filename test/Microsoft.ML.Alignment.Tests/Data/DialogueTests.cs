using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tests.Tokenization;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class DialogueTests : IDisposable
{
    private const string Harmless = "data/hh-harmless-test.jsonl.gz";
    private const string Pair = """{"chosen": "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Bye\n\nAssistant: See you.", "rejected": "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Bye\n\nAssistant: No."}""";
    private static readonly JsonLinesOptions Options = new() { Dialogue = DialogueMarkers.HumanAssistant };
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void MarkersBecomeRoles()
    {
        var view = DataViewExtensions.Catalog().LoadJsonLines(_files.Write(Pair), Options);

        TextFormat.IsMessages(view.Schema["Prompt"]).Should().BeTrue();
        Text(view, "Prompt").Should().Be("""[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},{"role":"user","content":"Bye"}]""");
        Text(view, "Chosen").Should().Be("""[{"role":"assistant","content":"See you."}]""");
        Text(view, "Rejected").Should().Be("""[{"role":"assistant","content":"No."}]""");
    }

    [Theory]
    [InlineData("Human: Hi\n\nAssistant:", """[{"role":"user","content":"Hi"}]""")]
    [InlineData("Be brief.\n\nHuman: Hi\n\nAssistant:", """[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]""")]
    [InlineData("\n\nHuman: What is \"Human:\"?\n\nAssistant:", """[{"role":"user","content":"What is \u0022Human:\u0022?"}]""")]
    [InlineData(" \n", "")]
    public void PromptsAreCutAtMarkers(string prompt, string messages) => DialogueText.Prompt(prompt, DialogueMarkers.HumanAssistant).Should().Be(messages);

    [Fact]
    public void ACompletionThatGoesOnForTheUserIsItsRowsFault() =>
        DialogueText.Completion(" Yes.\n\nHuman: And?", DialogueMarkers.HumanAssistant).Should()
            .Be("""[{"role":"assistant","content":"Yes."},{"role":"user","content":"And?"}]""");

    [Fact]
    public void OtherMarkersWork() =>
        DialogueText.Prompt("### User\nHi\n### Bot\n", new("\n### User", "\n### Bot")).Should().Be("""[{"role":"user","content":"Hi"}]""");

    [Fact]
    public void TheSummarySaysThatPromptsLookLikeDialogues()
    {
        Summarize(null).Dialogues.Should().Be(1);
        Summarize(null).ToString().Should().Contain("Dialogues written as text: 1 prompts").And.Contain("JsonLinesOptions.Dialogue");
        Summarize(Options).Dialogues.Should().Be(0);
    }

    [SharedFact(Harmless)]
    public void AllOfHarmlessIsReadAsConversations()
    {
        var view = DataViewExtensions.Catalog().LoadJsonLines(Golden.Shared(Harmless), Options);
        foreach (var (prompt, chosen) in view.GetColumn<string>("Prompt").Zip(view.GetColumn<string>("Chosen")).Take(300))
        {
            MessageList.Parse(prompt).Messages.Should().OnlyContain(message => message.Role == "user" || message.Role == "assistant").And
                .Subject.Last().Role.Should().Be("user");
            if (chosen.Length > 0)
                MessageList.ParseAnswer(chosen)![0].Role.Should().Be("assistant");
        }
    }

    private DataSummary Summarize(JsonLinesOptions? options)
    {
        DataSummary? summary = null;
        var view = DataViewExtensions.Catalog().LoadJsonLines(_files.Write(Pair), options);
        var format = TextFormat.Resolve(PromptFormat.FromColumn, view.Schema, "Prompt", hasTemplate: true);
        var encoder = new PromptEncoder(
            ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json")), ChatTemplateTests.SmolLM(), format, [2]);
        var read = new ReadOptions(512, InvalidRows.Throw, _ => { }, CancellationToken.None) { Summarized = found => summary = found };
        ExampleReader.Read(view, new("Prompt", ["Chosen", "Rejected"], []), encoder, read).Dispose();
        return summary!;
    }

    private static string Text(IDataView view, string column) => view.GetColumn<string>(column).Single();
}
