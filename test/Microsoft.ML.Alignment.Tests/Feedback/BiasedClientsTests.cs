using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tests.Judging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Feedback;

/// <summary>
/// Clients whose bias is known judge pairs in a pipeline: the stage's report measures the bias, as an object, as text and on the page of the run, and
/// the pairs that come of it are right, or there are none.
/// </summary>
public sealed class BiasedClientsTests : IDisposable
{
    private const int Count = 40;

    // The right answer begins with "good"; lengths and places are independent of that.
    private static readonly Row[] Questions = [.. Enumerable.Range(0, Count).Select(index =>
    {
        var (good, bad) = ($"good {index}" + new string('x', index % 2 * 9), $"bad {index}" + new string('x', 5));
        var isFirst = index / 2 % 2 == 0;
        return new Row { Prompt = $"p{index}.", Completion1 = isFirst ? good : bad, Completion2 = isFirst ? bad : good, Chosen = good, Rejected = bad };
    })];

    private readonly MLContext _context = new(seed: 3);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OneThatIsHonestMakesAllPairs()
    {
        var (quality, pairs) = Label(ScriptedClient.Judging((a, _) => Honest(a)));

        (quality.Accuracy, quality.Kappa, quality.FirstSlotRate, quality.PositionConsistency, quality.AbstentionRate).Should().Be((1, 1, 0.5, 1, 0));
        pairs.Should().HaveCount(Count).And.OnlyContain(pair => IsRight(pair));
        Report().Should().Contain("Nothing looks wrong").And.Contain("<tr><th>Cohen&#39;s kappa</th><td>1.000</td></tr>");
    }

    [Fact]
    public void OneThatTakesTheFirstMakesNone()
    {
        var (quality, pairs) = Label(ScriptedClient.Judging((_, _) => "A"));

        (quality.FirstSlotRate, quality.PositionConsistency, quality.TieRate).Should().Be((1, 0, 1));
        pairs.Should().BeEmpty("its answers in the two orders disagree");
        Report().Should().Contain("100 % are for the completion that was shown first").And.NotContain("Nothing looks wrong").And.Contain("<tr><th>first-slot rate</th><td>1.000</td></tr>").And.Contain("<tr><th>position consistency</th><td>0.000</td></tr>");
    }

    [Fact]
    public void OneThatTakesTheFirstHalfOfTheTimeMakesTheOtherHalfAndThatIsRight()
    {
        var (quality, pairs) = Label(new ScriptedClient((messages, _) => ScriptedClient.Json(
            Number(messages) % 4 < 2 ? "A" : Honest(ScriptedClient.Shown(messages, "response A")))));

        (quality.FirstSlotRate, quality.PositionConsistency, quality.TieRate).Should().Be((0.75, 0.5, 0.5));
        pairs.Should().HaveCount(Count / 2).And.OnlyContain(pair => IsRight(pair));
    }

    [Fact]
    public void OneThatTakesTheLongerIsFoundOutAndMakesNoneWhereLengthsAreBalanced()
    {
        var client = ScriptedClient.Judging((a, b) => a.Length > b.Length ? "A" : "B");

        var (quality, pairs) = Label(client);
        var (_, balanced) = Label(client, new() { Lengths = LengthHandling.Balanced }, run: "balanced");

        (quality.LongerPreferredRate, quality.HumanLongerPreferredRate, quality.FirstSlotRate).Should().Be((1, 0.5, 0.5));
        quality.Accuracy.Should().Be(0.5);
        quality.Kappa.Should().BeInRange(-0.1, 0.1, "labelled pairs are shown in an order by chance, so that first and second are not quite as many");
        Report().Should().Contain("<tr><th>longer preferred</th><td>1.000</td></tr>").And.Contain("<tr><th>longer preferred by people</th><td>0.500</td></tr>");
        Report().Should().Contain("longer completion in 100 % of the pairs, people in 50 %");
        pairs.Count(IsRight).Should().Be(Count / 2, "it is right as often as chance");
        balanced.Should().BeEmpty();
    }

    [Fact]
    public void OfOneThatTakesTheLongerNowAndThenThePairsThatAreLeftPreferNoLength()
    {
        var client = new ScriptedClient((messages, _) =>
        {
            var (a, b) = (ScriptedClient.Shown(messages, "response A"), ScriptedClient.Shown(messages, "response B"));
            return ScriptedClient.Json(Number(messages) % 5 == 0 ? (a.Length > b.Length ? "A" : "B") : Honest(a));
        });

        var (quality, all) = Label(client);
        var (_, balanced) = Label(client, new() { Lengths = LengthHandling.Balanced }, run: "balanced");

        quality.LongerPreferredRate.Should().Be(0.6);
        all.Should().HaveCount(Count);
        balanced.Count(pair => pair.Chosen.Length > pair.Rejected.Length).Should().Be(16).And.Be(balanced.Count / 2);
        (balanced.Count(IsRight) / (double)balanced.Count).Should().BeGreaterThanOrEqualTo(all.Count(IsRight) / (double)all.Count);
    }

    [Fact]
    public void OneThatFailsNowAndThenMakesTheOthers()
    {
        var (quality, pairs) = Label(new ScriptedClient((messages, _) => Number(messages) % 4 == 1
            ? throw new HttpRequestException("connection reset")
            : ScriptedClient.Json(Honest(ScriptedClient.Shown(messages, "response A")))));

        (quality.AbstentionRate, quality.Accuracy, quality.HumanLabels).Should().Be((0.25, 1, 30));
        pairs.Should().HaveCount(30).And.OnlyContain(pair => IsRight(pair));
        Requests.Failed.Should().BeGreaterThanOrEqualTo(20, "ten rows in two orders, and the labelled ones");
        Report().Should().Contain("<tr><th>abstention rate</th><td>0.250</td></tr>").And.Contain("<tr><th>failed for good</th>");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneThatIsSlowNowAndThenIsNotWaitedForAndItsTimeIsMeasured(bool looksAtTheToken)
    {
        var (quality, pairs) = Label(
            new SlowClient(messages => Number(messages) % 10 == 1, looksAtTheToken), new() { Limits = Patient with { TimeoutSeconds = 0.25, MaxConcurrency = 16 } });

        (quality.AbstentionRate, quality.Accuracy).Should().Be((0.1, 1));
        pairs.Should().HaveCount(36).And.OnlyContain(pair => IsRight(pair));
        Requests.TimedOut.Should().Be(Requests.Failed).And.BeGreaterThanOrEqualTo(8);
        Requests.LongestTime.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.24));
        Requests.MeanTime.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThan(Requests.LongestTime!.Value);
        Requests.ToString().Should().Contain("not in time: ").And.Contain("mean seconds an answer: ");
        Report().Should().Contain("<tr><th>not in time</th>").And.Contain("<tr><th>most seconds</th><td>0.");
    }

    [Theory]
    [InlineData("""{"rationale": "lies", "verdict": "C"}""")]
    [InlineData("""{"rationale": "both", "verdict": "A", "verdict": "B"}""")]
    [InlineData("""{"rationale": "a number", "verdict": 1}""")]
    [InlineData("""{"rationale": "many", "verdict": ["A"]}""")]
    [InlineData("""{"rationale": "cut off", "verdict": "A""")]
    [InlineData("""{"verdict": "A"} and {"verdict": "it depends"}""")]
    public void OneWhoseJsonLiesMakesNone(string answer) => Abstains(answer);

    [Theory]
    [InlineData("I'm sorry, but I can't compare these.")]
    [InlineData("")]
    public void OneThatRefusesMakesNone(string answer) => Abstains(answer);

    private void Abstains(string answer)
    {
        var (quality, pairs) = Label(ScriptedClient.Saying(answer));

        (quality.AbstentionRate, quality.HumanLabels, quality.Accuracy).Should().Be((1, 0, null));
        quality.ToString().Should().Contain("abstention rate: 1.000");
        Report().Should().Contain("<tr><th>abstention rate</th><td>1.000</td></tr>");
        pairs.Should().BeEmpty();
    }

    private static FeedbackLimits Patient => new() { MaxRetries = 0, MaxFailuresInARow = 1000 };

    private FeedbackRequests Requests { get; set; } = new();

    private (JudgeQuality Quality, IReadOnlyList<Row> Pairs) Label(
        IChatClient client, JudgePreferencesEstimator.Options? options = null, string run = "run")
    {
        var view = _context.Data.LoadFromEnumerable(Questions);
        options ??= new();
        options = options.Limits == new FeedbackLimits() ? options with { Limits = Patient } : options;
        var fitted = _context.Alignment(new() { WorkspacePath = _folder[run] }).Feedback
            .JudgePreferences(new ChatJudge(client, new() { MaxRetries = 0 }), options, labelledSet: view).Fit(view);
        Requests = fitted.Requests!;
        fitted.Quality!.ToString().Split('\n').Should().Contain("pairs judged: 40").And.HaveCount(fitted.Quality.Figures.Count);
        return (fitted.Quality, [.. _context.Data.CreateEnumerable<Row>(fitted.Transform(view), reuseRowObject: false)]);
    }

    private string Report() => File.ReadAllText(_folder["run/report.html"]);

    private static string Honest(string shownFirst) => shownFirst.StartsWith("good", StringComparison.Ordinal) ? "A" : "B";

    private static bool IsRight(Row pair) => pair.Chosen.StartsWith("good", StringComparison.Ordinal);

    // The number of the pair, whatever order it is shown in.
    private static int Number(IReadOnlyList<ChatMessage> messages) =>
        int.Parse(ScriptedClient.Shown(messages, "response A").Split(' ')[1].TrimEnd('x'));

    private sealed class SlowClient(Func<IReadOnlyList<ChatMessage>, bool> isSlow, bool looksAtTheToken) : IChatClient
    {
        private readonly ScriptedClient _honest = ScriptedClient.Judging((a, _) => Honest(a));

        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            IReadOnlyList<ChatMessage> asked = [.. messages];
            if (isSlow(asked))
                await Task.Delay(TimeSpan.FromSeconds(30), looksAtTheToken ? cancellationToken : CancellationToken.None);
            return await _honest.GetResponseAsync(asked, options, cancellationToken);
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => _honest.GetService(serviceType, serviceKey);

        public void Dispose()
        {
        }
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion1 { get; set; } = "";

        public string Completion2 { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";
    }
}
