using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>Ways to ask a fitted policy: a row, a text, a conversation.</summary>
public sealed class AskingTests : IDisposable
{
    private const string Template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";
    private readonly MLContext _context = new(seed: 3);
    private readonly TemporaryFolder _folder = new();
    private readonly PolicyTransformer _policy;

    public AskingTests()
    {
        foreach (var file in Directory.GetFiles(Golden.Shared(StoriesModel.Folder)))
            File.Copy(file, Path.Combine(_folder.Path, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(_folder.Path, "chat_template.jinja"), Template);
        _policy = Fit(PromptFormat.Messages);
    }

    public void Dispose()
    {
        _policy.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void AConversationIsAskedAsMessagesAsJsonAndAsARow()
    {
        var answer = _policy.Complete([new ChatMessage(ChatRole.User, "Lily went")]);

        answer.Should().NotBeEmpty();
        _policy.Complete("""[{"role": "user", "content": "Lily went"}]""").Should().Be(answer);
        var engine = _context.Alignment().CreateChatEngine<Question, AnswerRow>(_policy);
        engine.Predict(new([new(ChatRole.User, "Lily went")])).GeneratedCompletion.Should().Be(answer);
        engine.Predict(new([new(ChatRole.User, "Lily went")])).GeneratedCompletion.Should().Be(answer, "the engine owns nothing that it disposes");
    }

    [Fact]
    public void APlainQuestionIsToldHowToAsk()
    {
        using var engine = _context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(_policy, new PredictionEngineOptions { OwnsTransformer = false });

        engine.Invoking(e => e.Predict(new() { Prompt = "Lily went" })).Should().Throw<InvalidOperationException>()
            .WithMessage("*'Prompt'*trained on conversations*\"role\": \"user\"*Complete*CreateChatEngine*");
        _policy.Invoking(p => p.Complete("Lily went")).Should().Throw<ArgumentException>().WithMessage("*no JSON list*");
    }

    [Fact]
    public void AUserTurnIsWhatTheUserSays()
    {
        using var turns = Fit(PromptFormat.FromColumn);

        turns.Complete("Lily went").Should().Be(_policy.Complete([new ChatMessage(ChatRole.User, "Lily went")]));
    }

    [Fact]
    public void WhoHangsUpIsAnsweredNoFurther()
    {
        using var hungUp = new CancellationTokenSource();
        hungUp.Cancel();

        _policy.Invoking(p => p.Complete([new ChatMessage(ChatRole.User, "Lily went")], hungUp.Token)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void APromptIsNeverCutToMakeRoomForMaxNewTokens()
    {
        using var model = PretrainedModel.Load(_folder.Path);
        using var all = Fit(PromptFormat.Text, model.Config.MaxPositions);
        var long1 = string.Concat(Enumerable.Repeat(" Tom went home.", 30));

        all.Complete("One day" + long1).Should().NotBe(all.Complete("No cat" + long1 + " The cat"));
        all.Invoking(p => p.Complete(string.Concat(Enumerable.Repeat(long1, 9)))).Should().Throw<ArgumentException>().WithMessage($"*tokens*{model.Config.MaxPositions}*Shorten*");
    }

    private PolicyTransformer Fit(PromptFormat format, int maxNewTokens = 6) => _context.Alignment()
        .BaseModel(_folder.Path, new() { PromptFormat = format, Generation = new() { MaxNewTokens = maxNewTokens } })
        .Fit(_context.Data.LoadFromEnumerable<PromptRow>([]));

    private sealed record Question(IList<ChatMessage> Prompt);
}
