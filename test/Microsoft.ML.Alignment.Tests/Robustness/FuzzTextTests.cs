using System.Text;
using Microsoft.ML.Alignment.Judging;
using Microsoft.ML.Alignment.Observing.Reports;
using Microsoft.ML.Alignment.Observing.Samples;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Robustness;

/// <summary>Texts that are not as they should be: each kind is damaged many times, and read, or refused by the error that its reader promises.</summary>
public sealed class FuzzTextTests : IDisposable
{
    private const int Count = 400;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Messages() => Run<InvalidExampleException>(
        """{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}], "weight": 1}, {"role": "assistant", "content": null, "tool_calls": [{"id": "b"}]}], "tools": [{"a": 1}]}""",
        text => MessageList.Parse(text));

    [Fact]
    public void Completions() => Run<InvalidExampleException>(
        """[{"role": "assistant", "content": "a", "reasoning": "b", "weight": 0}]""", text => MessageList.ParseAnswer(text));

    [Fact]
    public void Options() => Run<FormatException>(
        AlignmentOptions.ToJson(new DpoTrainer.Options { Lora = new() }), text => AlignmentOptions.Parse<DpoTrainer.Options>(text));

    [Fact]
    public void Constitutions() => Run<FormatException>(Constitution.IrregularVerbs.ToJson(), text => Constitution.Parse(text));

    [Fact]
    public void JudgesAnswers() => Run<FormatException>("""{"rationale": "a {b}", "verdict": "A"}""", text => PairVerdict.Read("So: " + text));

    [Fact]
    public void Journal() => Run<InvalidDataException>(
        """{"key": "a", "value": {"text": "b"}, "sha256": "c"}""", text =>
        {
            File.WriteAllText(_folder["journal.jsonl"], text + "\n");
            FeedbackJournal.Open(_folder["journal.jsonl"]).Dispose();
        });

    [Fact]
    public void Answers() => Run<InvalidDataException>(
        """{"step":0,"prompt":"a","answer":"b","tokens":1,"ended":true}""", text =>
        {
            File.WriteAllText(_folder["samples.jsonl"], text + "\n");
            KeptLines<KeptAnswer>.Read(_folder[KeptAnswer.FileName]);
        });

    [Fact]
    public void SampledCompletions() => Run<InvalidDataException>(
        """{"step":1,"prompt":"a","completion":"b","reward":0.5,"kl":null,"tokens":1,"ended":true,"rewards":{"c":1}}""", text =>
        {
            File.WriteAllText(_folder["completions.jsonl"], text + "\n");
            ReadFolder();
        });

    [Fact]
    public void ChatTemplates()
    {
        var source = Encoding.UTF8.GetBytes(Golden.Text("chat/smollm2/template.jinja"));
        Run<ChatTemplateException>(
            seed => Encoding.UTF8.GetString(new Mutation(seed).Bytes(source, source.Length)),
            text => ChatTemplate.Parse(text, new Dictionary<string, string>()).Render([new("user", "a"), new("assistant", "b")], addGenerationPrompt: true));
    }

    // As the report does, which shows what it reads.
    private void ReadFolder()
    {
        var rows = KeptLines<KeptCompletion>.Read(_folder[KeptCompletion.FileName]);
        _ = CompletionTable.Of(new(new() { Method = "Grpo", TotalSteps = 1 }, new([]), []) { Completions = rows });
    }

    private static void Run<TError>(string json, Action<string> read)
        where TError : Exception => Run<TError>(seed => Encoding.UTF8.GetString(new Mutation(seed).Json(Encoding.UTF8.GetBytes(json))), read);

    private static void Run<TError>(Func<int, string> text, Action<string> read)
        where TError : Exception
    {
        var failures = new List<string>();
        for (var seed = 1; seed <= Count; seed++)
        {
            var (damaged, clock) = (text(seed), System.Diagnostics.Stopwatch.StartNew());
            var thrown = Record.Exception(() => read(damaged));
            if (thrown is not (null or TError or NotSupportedException))
                failures.Add($"seed {seed}, {damaged}: {thrown}");
            else if (clock.Elapsed > MaxTime)
                failures.Add($"seed {seed} took {clock.Elapsed}: {damaged}");
        }

        failures.Should().BeEmpty();
    }
}
