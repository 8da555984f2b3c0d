using Microsoft.ML.Alignment.Trainers;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class TemplateClockTests
{
    private static readonly ChatTemplate Dated = Parse("Today is {{ strftime_now('%d %b %Y') }}. {{ messages[0].content }}");

    [Fact]
    public void ARunThatGoesOnReadsTheTimeItBeganWith()
    {
        using var folder = new TemporaryFolder();

        var first = TemplateClock.Of(Dated, null, folder.Path)!.Value;
        first.Should().BeCloseTo(DateTime.Now, TimeSpan.FromMinutes(5));
        TemplateClock.Of(Dated, null, folder.Path).Should().Be(first);

        File.WriteAllText(Path.Combine(folder.Path, "template-time.txt"), "2020-02-29T23:59:58.0000000-07:00");
        var kept = TemplateClock.Of(Dated, null, folder.Path)!.Value;
        Dated.At(kept).Render([new("user", "Hi")], false).Should().Be("Today is 29 Feb 2020. Hi");
    }

    [Fact]
    public void AnOptionSetsTheTime()
    {
        using var folder = new TemporaryFolder();
        var wanted = new DateTime(2024, 7, 26, 1, 2, 3);

        TemplateClock.Of(Dated, wanted, folder.Path).Should().Be(wanted);
        Dated.At(wanted).Render([new("user", "Hi")], false).Should().Be("Today is 26 Jul 2024. Hi");
    }

    [Fact]
    public void ATemplateThatDoesNotAskKeepsNothing()
    {
        using var folder = new TemporaryFolder();

        TemplateClock.Of(Parse("{{ messages[0].content }}"), new DateTime(2024, 7, 26), folder.Path).Should().BeNull();
        TemplateClock.Of(null, null, folder.Path).Should().BeNull();
        Directory.GetFiles(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void AFileThatHoldsNoTimeIsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "template-time.txt"), "yesterday");

        FluentActions.Invoking(() => TemplateClock.Of(Dated, null, folder.Path)).Should().Throw<InvalidDataException>().WithMessage("*template-time.txt*'yesterday'*remove*");
    }

    private static ChatTemplate Parse(string source) => ChatTemplate.Parse(source, new Dictionary<string, string>());
}
