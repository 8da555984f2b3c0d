using System.Text;
using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Observing.Samples;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Tests.Checkpoints;
using Microsoft.ML.Alignment.Tests.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Robustness;

/// <summary>
/// JSON may hold <c>\ud800</c>, half a character, which .NET refuses with a bare InvalidOperationException wherever it is first read: every
/// value and every key of every kind of file is tried.
/// </summary>
public sealed class HalfCharacterTests : IDisposable
{
    private const int MostPlaces = 60;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer_config.json")]
    public void OfAModel(string name)
    {
        foreach (var path in Directory.GetFiles(Golden.Shared("models/stories260K")))
            File.Copy(path, _folder[Path.GetFileName(path)]);
        EachPlace(name, File.ReadAllBytes(_folder[name]), () => new MLContext().Alignment().LoadModel(_folder.Path).Dispose());
    }

    [Fact]
    public void OfTheIndexOfShards()
    {
        foreach (var path in Directory.GetFiles(Golden.Path("models/llama-sharded-bf16")))
            File.Copy(path, _folder[Path.GetFileName(path)]);
        EachPlace(HuggingFaceFolder.Index, File.ReadAllBytes(_folder[HuggingFaceFolder.Index]), () => new MLContext().Alignment().LoadModel(_folder.Path).Dispose());
    }

    [Fact]
    public void OfAnAdapterAndOfAStack()
    {
        using var model = StoriesModel.Load();
        using var with = model.LoadAdapter(Golden.Path("peft/stories260K/second"));
        with.SaveAdapters(_folder["stack"]);
        EachPlace("stack/stack.json", File.ReadAllBytes(_folder["stack/stack.json"]), () => model.LoadAdapter(_folder["stack"]).Dispose());
        foreach (var path in Directory.GetFiles(Golden.Path("peft/stories260K/second")))
            File.Copy(path, _folder[Path.GetFileName(path)]);
        EachPlace("adapter_config.json", File.ReadAllBytes(_folder["adapter_config.json"]), () => model.LoadAdapter(_folder.Path).Dispose());
    }

    [Fact]
    public void OfACheckpoint()
    {
        var stage = Directory.CreateDirectory(_folder["whole"]).FullName;
        new CheckpointedRun(stage).Train();
        var file = Path.Combine("whole", "finished", CheckpointFile.Name);
        EachPlace(file, File.ReadAllBytes(_folder[file]), () => CheckpointFile.Read(_folder["whole/finished"]));
    }

    [Fact]
    public void OfRows()
    {
        const string Row = """
            {"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}], "rejected": "c", "tools": [{"a": "b"}], "margin": 1}
            """;
        EachPlace("rows.jsonl", Encoding.UTF8.GetBytes(Row), () =>
        {
            var view = new MLContext().Alignment().Data.LoadJsonLines(_folder["rows.jsonl"]);
            using var cursor = view.GetRowCursor(view.Schema);
            var getters = view.Schema.Where(column => column.Type is TextDataViewType).Select(cursor.GetGetter<ReadOnlyMemory<char>>).ToList();
            while (cursor.MoveNext())
                foreach (var getter in getters)
                {
                    var text = default(ReadOnlyMemory<char>);
                    getter(ref text);
                }
        });
    }

    [Fact]
    public void OfMetricsAndAnswers()
    {
        EachPlace("metrics.jsonl", """{"step":3,"loss":0.5,"rewards/margins":null}"""u8, () => MetricsFile.Read(_folder.Path), "\n");
        EachPlace("samples.jsonl", """{"step":0,"prompt":"a","answer":"b","tokens":1,"ended":true}"""u8, () => KeptLines<KeptAnswer>.Read(_folder[KeptAnswer.FileName]), "\n");
    }

    [Fact]
    public async Task OfAJournal()
    {
        using (var session = new FeedbackSession(journalPath: _folder["journal.jsonl"]))
            await session.RememberAsync("key", _ => Task.FromResult("value"));
        EachPlace("journal.jsonl", File.ReadAllBytes(_folder["journal.jsonl"]), () => FeedbackJournal.Open(_folder["journal.jsonl"]).Dispose(), "\n");
    }

    [Fact]
    public void OfAStage()
    {
        var stage = SavedStageTests.Example.Write();
        foreach (var changed in Mutation.HalfCharacters(stage, MostPlaces))
        {
            var parse = () => SavedStage.Parse(changed, "T_1/stage.json");
            parse.Should().Throw<FormatException>(Encoding.UTF8.GetString(changed)).WithMessage("*T_1/stage.json*");
        }
    }

    [Fact]
    public void OfOptions()
    {
        var whole = Encoding.UTF8.GetBytes(AlignmentOptions.ToJson(new DpoTrainer.Options()));
        foreach (var changed in Mutation.HalfCharacters(whole, MostPlaces).Select(Encoding.UTF8.GetString))
        {
            var parse = () => AlignmentOptions.Parse<DpoTrainer.Options>(changed);
            parse.Should().Throw<FormatException>(changed).WithMessage("*DpoTrainer.Options*JSON*");
            parse = () => AlignmentOptions.Parse(changed, new DpoTrainer.Options());
            parse.Should().Throw<FormatException>(changed).WithMessage("*DpoTrainer.Options*JSON*");
        }
    }

    [Fact]
    public void OfAConstitution()
    {
        var whole = Encoding.UTF8.GetBytes(Constitution.IrregularVerbs.ToJson());
        foreach (var changed in Mutation.HalfCharacters(whole, MostPlaces).Select(Encoding.UTF8.GetString))
            FluentActions.Invoking(() => Constitution.Parse(changed)).Should().Throw<FormatException>(changed);
    }

    [Theory]
    [InlineData("""{"rationale": "?", "verdict": "A"}""")]
    [InlineData("""{"rationale": "a", "verdict": "?"}""")]
    [InlineData("""{"?": "a", "verdict": "A"}""")]
    public void OfAJudgesAnswer(string answer)
    {
        var json = AnswerJson.Last(answer.Replace("?", "\\ud800", StringComparison.Ordinal), "verdict");
        json.Should().BeNull("the answer is no text, and is asked for again");
    }

    [Theory]
    [InlineData("""[{"role": "?", "content": "a"}]""")]
    [InlineData("""[{"role": "user", "content": "?"}]""")]
    [InlineData("""[{"role": "user", "?": "a", "content": "a"}]""")]
    [InlineData("""[{"role": "user", "content": "a", "name": "?"}]""")]
    [InlineData("""[{"role": "user", "content": "a", "tool_calls": [{"?": "b", "c": "?"}]}]""")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "tools": [{"?": "b"}]}""")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "tools": [{"a": "?"}]}""")]
    public void OfMessages(string json)
    {
        var parse = () => Alignment.Tokenization.MessageList.Parse(json.Replace("?", "\\ud800", StringComparison.Ordinal));
        parse.Should().Throw<Alignment.Tokenization.InvalidExampleException>().WithMessage("*cannot be read*");
    }

    private void EachPlace(string name, ReadOnlySpan<byte> whole, Action open, string behind = "")
    {
        var failures = new List<string>();
        foreach (var changed in Mutation.HalfCharacters(whole.ToArray(), MostPlaces))
        {
            File.WriteAllBytes(_folder[name], [.. changed, .. Encoding.UTF8.GetBytes(behind)]);
            if (Opening.FailureOf(open, Path.GetFileName(name)) is { } failure)
                failures.Add($"{Encoding.UTF8.GetString(changed)}: {failure}");
        }

        failures.Should().BeEmpty();
    }
}
