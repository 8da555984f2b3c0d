using System.Xml;
using System.Xml.Linq;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Observing.Reports;
using Microsoft.ML.Alignment.Observing.Samples;
using static Microsoft.ML.Alignment.Tests.Observing.Metrics.MetricsFileTests;

namespace Microsoft.ML.Alignment.Tests.Observing.Reports;

public sealed class ReportPageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void ThePageIsWellFormedAndStandsAlone()
    {
        var page = Page(Dpo());

        Parse(page).Root!.Name.LocalName.Should().Be("html");
        page.Should().Contain("<title>runs: alignment run</title>").And.Contain("prefers-color-scheme: dark").And.Contain("name=\"viewport\"");
        page.Should().NotContain("http").And.NotContain("src=").And.NotContain("@import").And.NotContain("url(").And.NotContain("<script");
    }

    [Fact]
    public void TextOfOthersIsEscaped()
    {
        const string Attack = "</p><script>alert('&\"')</script>";
        var stage = Dpo() with { Answers = [new(0, Attack, Attack, 3, true), new(1, Attack, "fine " + Attack, 3, true)] };
        stage = stage with { Facts = stage.Facts with { Method = Attack, Options = new Dictionary<string, string> { [Attack] = Attack } } };

        var page = ReportPage.Of(Attack, [stage], Now);

        page.Should().NotContain("<script").And.Contain("&lt;script&gt;");
        Parse(page).Descendants("td").Single().Value.Should().Be(Attack, "the reader sees what was written");
    }

    [Fact]
    public void NamesOfMetricsAreEscapedToo()
    {
        var stage = new RunReport(new() { Method = "X", TotalSteps = 2 }, new([Step(1, ("<b>&\"", 1)), Step(2, ("<b>&\"", 2))]), []);

        Parse(Page(stage)).Descendants("figcaption").Single().Element("b")!.Value.Should().Be("<b>&\"");
    }

    [Fact]
    public void ACurveLiesWhereItsValuesAre()
    {
        var stage = new RunReport(
            new() { Method = "X", TotalSteps = 3, Ended = "completed" }, new([Step(1, ("loss", 0)), Step(2, ("loss", 5)), Step(3, ("loss", 10))]), []);

        var curve = Parse(Page(stage)).Descendants("path").Single(path => (string?)path.Attribute("class") == "curve c0");

        // x from 60 (step 0) to 430 (step 3), y from 190 (value 0) to 12 (value 10).
        ((string?)curve.Attribute("d")).Should().Be("M183.33 190L306.67 101L430 12");
    }

    [Fact]
    public void ReferenceLinesAreWhereTheyBelong()
    {
        var tags = Parse(Page(Dpo())).Descendants("figure").ToDictionary(
            figure => figure.Descendants("b").Single().Value,
            figure => string.Join(' ', figure.Descendants("text").Where(text => (string?)text.Attribute("class") == "tag").Select(text => text.Value)));

        tags["loss"].Should().Be("ln 2");
        tags["rewards/accuracies"].Should().Be("chance");
        tags["logps"].Should().Be("start ");
        tags["rewards/margins"].Should().Be("0");
    }

    [Fact]
    public void ValidationPointsStandOnTheSameChart()
    {
        var loss = Parse(Page(Dpo())).Descendants("figure").First();

        loss.Descendants("circle").Select(circle => circle.Value.Trim()).Should().Equal("loss, step 0: 0.7", "loss, step 2: 0.5");
    }

    [Fact]
    public void AnswersStandSideBySideWithNewWordsMarked()
    {
        var article = Parse(Page(Dpo())).Descendants("article").Single();

        article.Descendants("h4").Select(heading => heading.Value).Should().Equal("before", "after, step 2");
        article.Descendants("mark").Select(mark => mark.Value).Should().Equal("went");
    }

    [Fact]
    public void OfManyStepsFourAreShown() => AnswerTable.Shown([0, 10, 20, 30, 40, 50, 60]).Should().Equal(0, 20, 40, 60);

    [Fact]
    public void WhatThePolicyWroteStandsInATableThatSorts()
    {
        var page = Parse(Page(Grpo(new(1, "So", "went", 0.5, 1e-12, 2, true), new(2, "So", "goed", null, -1234.5678, 8, false))));

        var table = page.Descendants("table").Single(table => (string?)table.Attribute("class") == "sortable");
        table.Descendants("th").Select(heading => heading.Value).Should().Equal("step", "reward", "KL", "tokens", "prompt", "completion");
        table.Descendants("button").Should().HaveCount(4, "texts do not sort");
        Cells(table).Should().Equal("1 0.5 1e−12 2 So went", "2 – −1235 8 So goed …");
        table.Descendants("td").Select(cell => (string?)cell.Attribute("data-value")).OfType<string>().Should().Equal("1", "0.5", "1E-12", "2", "2", "-1234.5678", "8");
        page.Descendants("script").Single().Value.Should().Contain("table.sortable").And.NotContainAny("http", "import", "eval", "innerHTML");
    }

    [Fact]
    public void EachOfSeveralRewardsHasAColumn()
    {
        var one = new KeptCompletion(1, "So", "went", 2, null, 2, true) { Rewards = new Dictionary<string, double?> { ["rule"] = 1, ["<length>"] = null } };

        var table = Parse(Page(Grpo(one))).Descendants("table").Single();

        table.Descendants("th").Select(heading => heading.Value).Should().Equal("step", "reward", "rule", "<length>", "KL", "tokens", "prompt", "completion");
        Cells(table).Should().Equal("1 2 1 – – 2 So went");
    }

    [Theory]
    [InlineData("</td></table></script><script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\" onmouseover=\"alert(1)")]
    [InlineData("<!-- --><![CDATA[ ]]> &lt;b&gt; &#60;b&#62;")]
    public void WhatThePolicyWritesIsNoMarkup(string attack)
    {
        var row = new KeptCompletion(1, attack, attack, 1, 0, 2, true) { Rewards = new Dictionary<string, double?> { [attack] = 1 } };

        var page = Parse(Page(Grpo(row)));

        page.Descendants("td").TakeLast(2).Select(cell => cell.Value).Should().Equal(attack, attack);
        page.Descendants("button").ElementAt(2).Value.Should().Be(attack);
        page.Descendants("script").Should().ContainSingle("it is ours");
        page.Descendants("img").Should().BeEmpty();
        page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void OfManyCompletionsThoseOfEvenlySpreadStepsAreShown()
    {
        KeptCompletion[] all = [.. Enumerable.Range(0, 40).Select(i => new KeptCompletion((i / 4) + 1, "", "", i, 0, 1, true))];

        CompletionTable.Shown(all, most: 40).Should().Equal(all);
        CompletionTable.Shown(all, most: 16).Select(row => row.Step).Distinct().Should().Equal(1, 4, 7, 10);
        CompletionTable.Shown(all, most: 16).Should().HaveCount(16);
        CompletionTable.Shown(all, most: 3).Select(row => row.Reward).Should().Equal(36, 37, 38);
    }

    [Fact]
    public void ALongTextIsCutBetweenCharacters()
    {
        var text = new string('a', 999) + "😀" + "b";

        var page = Parse(Page(Grpo(new KeptCompletion(1, "So", text, 1, 0, 2, true))));

        page.Descendants("td").Last().Value.Should().Be(new string('a', 999) + " […]");
    }

    [Fact]
    public void AdviceIsOnThePage()
    {
        var stage = Dpo();
        stage = stage with { Facts = stage.Facts with { Health = new() { Examples = 100, Duplicates = 7 } } };

        Page(stage).Should().Contain("7 of 100 rows").And.Contain("1 to look at").And.NotContain("Nothing looks wrong");
    }

    private static XDocument Parse(string page)
    {
        using var text = new StringReader(page);
        using var reader = XmlReader.Create(text, new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private static string Page(params RunReport[] stages) => ReportPage.Of("runs", stages, Now);

    private static RunReport Grpo(params KeptCompletion[] rows) => new(new() { Method = "Grpo", TotalSteps = 2 }, new([]), []) { Completions = rows };

    private static IEnumerable<string> Cells(XElement table) =>
        table.Element("tbody")!.Elements("tr").Select(row => string.Join(' ', row.Elements("td").Select(cell => cell.Value)));

    private static RunReport Dpo() => new(
        new() { Method = "Dpo", TotalSteps = 2, Ended = "completed", WeightsOfStep = 2 },
        new([
            Evaluated(0, ("loss", 0.7)), Training(1, 0.69), Training(2, 0.6), Evaluated(2, ("loss", 0.5)),
        ]),
        [new(0, "So Lily", "Lily goed home.", 4, true), new(2, "So Lily", "Lily went home.", 4, true)]);

    private static MetricsPoint Training(int step, double loss) => Step(
        step, ("loss", loss), ("grad_norm", 3), ("learning_rate", 1e-5), ("rewards/margins", step - 1), ("rewards/accuracies", 0.5),
        ("logps/chosen", -10 - step), ("logps/rejected", -12 - step));
}
