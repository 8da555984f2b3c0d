using System.Text.Json;
using Microsoft.ML.Data;
using Verb = Samples.Verbs.Verb;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Pipelines;

public sealed class ConversationTests : IDisposable
{
    private const string Template =
        "{% for message in messages %}{{ message.role }}: {{ message.content }}<s>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";

    private static readonly GenerationOptions FewTokens = new() { MaxNewTokens = 12 };
    private static readonly TrainingOptions Training = new() { BatchSize = 8, Epochs = 20, LearningRate = 2e-3 };

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 2);

    [Fact]
    public void ConversationsFromAFileTrainAChainThatAnswersConversationsInAnotherContext()
    {
        var align = _ml.Alignment();
        var instructions = align.Data.LoadJsonLines(Write("instructions.jsonl", verb => new { messages = Dialogue(verb, verb.Wrong) }));
        var pairs = align.Data.LoadJsonLines(Write("pairs.jsonl", verb => new { chosen = Dialogue(verb, verb.Past), rejected = Dialogue(verb, verb.Wrong) }));
        using var fitted = align.BaseModel(StoriesModel.CopyTo(_folder, Template), new() { Generation = FewTokens })
            .Append(align.Trainers.Sft(new() { Training = Training, Generation = FewTokens }, trainingSet: instructions))
            .Append(align.Trainers.Dpo(new() { Training = Training with { LearningRate = 3e-4 }, SftWeight = 1, Generation = FewTokens }))
            .Fit(pairs);
        _ml.Model.Save(fitted, pairs.Schema, _folder["chain.zip"]);

        using var engine = Load("chain.zip", "Prompt");
        var answers = VerbTask.Verbs.Select(verb => engine.Predict(new() { Prompt = Json(Dialogue(verb, null)) }).GeneratedCompletion).ToArray();
        VerbTask.Verbs.Zip(answers).Count(pair => pair.Second.Trim() == $"{pair.First.Past}.").Should().BeGreaterThanOrEqualTo(14,
            "SFT taught the wrong forms only, DPO the right ones; of 16 verbs, an untrained model answers none");
        answers.Should().OnlyContain(answer => !answer.Contains("assistant", StringComparison.Ordinal) && !answer.Contains("<s>", StringComparison.Ordinal));
        new Action(() => engine.Predict(new() { Prompt = "no conversation" })).Should().Throw<Exception>()
            .Which.GetBaseException().Message.Should().Contain("conversation").And.Contain("role");
    }

    [Fact]
    public void AModelTrainedOnPlainQuestionsReadsThemAsAUsersTurn()
    {
        var align = _ml.Alignment();
        var questions = _ml.Data.LoadFromEnumerable(VerbTask.Verbs.Select(verb => new Instruction { Prompt = Ask(verb), Completion = $"{verb.Past}." }));
        using var fitted = align.BaseModel(StoriesModel.CopyTo(_folder, Template), new() { Generation = FewTokens })
            .Append(align.Trainers.Sft(new() { Training = Training, Generation = FewTokens }))
            .Fit(questions);
        _ml.Model.Save(fitted, questions.Schema, _folder["plain.zip"]);

        using var engine = Load("plain.zip", "Prompt");
        VerbTask.Verbs.Count(verb => engine.Predict(new() { Prompt = Ask(verb) }).GeneratedCompletion.Trim() == $"{verb.Past}.")
            .Should().BeGreaterThanOrEqualTo(14, "of 16 trained questions; an untrained model answers none");
        var rendered = VerbTask.Verbs.Select(verb => new Instruction { Prompt = Json(Dialogue(verb, null)[1..]), Completion = $"{verb.Past}." });
        fitted.LastTransformer.Model.ScoreCompletions(_ml.Data.LoadFromEnumerable(rendered), new() { PromptFormat = PromptFormat.Messages })
            .Should().Equal(fitted.LastTransformer.Model.ScoreCompletions(questions), "a plain question is a conversation of one user's turn");
    }

    public void Dispose() => _folder.Dispose();

    private static string Ask(Verb verb) => $"Past of {verb.Name}?";

    private static object[] Dialogue(Verb verb, string? answer)
    {
        object[] asked = [new { role = "system", content = "Answer well." }, new { role = "user", content = Ask(verb) }];
        return answer is null ? asked : [.. asked, new { role = "assistant", content = $"{answer}." }];
    }

    private static string Json(object[] messages) => JsonSerializer.Serialize(messages);

    private string Write(string name, Func<Verb, object> row)
    {
        File.WriteAllLines(_folder[name], VerbTask.Verbs.Select(verb => JsonSerializer.Serialize(row(verb))));
        return _folder[name];
    }

    private PredictionEngine<Question, Answer> Load(string name, string column)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(_folder[name], out var schema);
        schema.GetColumnOrNull(column)?.Type.Should().Be(TextDataViewType.Instance);
        return ml.Model.CreatePredictionEngine<Question, Answer>(model);
    }
}
