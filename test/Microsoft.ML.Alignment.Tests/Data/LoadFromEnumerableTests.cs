using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class LoadFromEnumerableTests
{
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();

    [Fact]
    public void PropertiesBecomeColumns()
    {
        Everything[] rows = [new("a", 0.5f, 2.5, -3, true) { Hidden = "h", Renamed = "r" }, new(null!, float.NaN, 0, 7, false)];
        var view = Catalog.LoadFromEnumerable(rows);
        view.Names().Should().BeEquivalentTo("Prompt", "Margin", "Score", "Count", "Label", "Source");
        view.Texts("Prompt").Should().Equal("a", "");
        view.GetColumn<float>("Margin").Should().Equal(0.5f, float.NaN);
        view.GetColumn<double>("Score").Should().Equal(2.5, 0);
        view.GetColumn<int>("Count").Should().Equal(-3, 7);
        view.GetColumn<bool>("Label").Should().Equal(true, false);
        view.Texts("Source").Should().Equal("r", "");
        view.GetRowCount().Should().Be(2);
        TextFormat.IsMessages(view.Schema["Prompt"]).Should().BeFalse();
    }

    [Fact]
    public void ListsOfMessagesBecomeMarkedJson()
    {
        Conversation[] rows =
        [
            new([new(ChatRole.System, "Be \"kind\"."), new(ChatRole.User, "Hi")], [new(ChatRole.Assistant, "Hello.")], "Go away."),
            new([], null, ""),
        ];
        var view = Catalog.LoadFromEnumerable(rows);
        view.Texts("Prompt").Should().Equal("""[{"role":"system","content":"Be \u0022kind\u0022."},{"role":"user","content":"Hi"}]""", "");
        view.Texts("Chosen").Should().Equal("""[{"role":"assistant","content":"Hello."}]""", "");
        view.Texts("Rejected").Should().Equal(["""[{"role":"assistant","content":"Go away."}]""", ""], "text beside conversations is one message");
        foreach (var column in view.Schema)
            TextFormat.IsMessages(column).Should().BeTrue();
    }

    [Fact]
    public void PlainRecordsOfMLNetsOwnReaderTrainToo()
    {
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable([new Plain("One day", " went.", " goed.")]);
        using var model = StoriesModel.Load();
        var summary = Catalog.Summarize(view, model);
        summary.Used.Should().Be(1);
        summary.Should().BeEquivalentTo(Catalog.Summarize(Catalog.LoadFromEnumerable([new Plain("One day", " went.", " goed.")]), model));
    }

    [Fact]
    public void WhatIsNoColumnIsRefused()
    {
        FluentActions.Invoking(() => Catalog.LoadFromEnumerable([new Bad(DateTime.MinValue)])).Should().Throw<ArgumentException>()
            .WithMessage("*Bad.When*DateTime*NoColumn*");
        FluentActions.Invoking(() => Catalog.LoadFromEnumerable([new object()])).Should().Throw<ArgumentException>()
            .WithMessage("*no public property*");
        var picture = Catalog.LoadFromEnumerable([new Conversation([new(ChatRole.User, [new UriContent("http://x/y.png", "image/png")])], null, "")]);
        FluentActions.Invoking(() => picture.Texts("Prompt")).Should().Throw<InvalidDataException>()
            .WithMessage("*'Prompt'*user*UriContent*only text*");
    }

    [Fact]
    public void EachCursorGoesThroughTheSequenceAnew()
    {
        var view = Catalog.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new Plain($"p{i}", "c", "r")).Where(_ => true));
        view.GetRowCount().Should().BeNull();
        view.Texts("Prompt").Should().Equal(view.Texts("Prompt")).And.Equal("p0", "p1", "p2");
        using var cursor = view.GetRowCursor([view.Schema["Prompt"]]);
        FluentActions.Invoking(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Chosen"])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => cursor.GetGetter<float>(view.Schema["Prompt"])).Should().Throw<InvalidOperationException>()
            .WithMessage("*'Prompt'*Single*");
    }

    private sealed record Everything(string Prompt, float Margin, double Score, int Count, bool Label)
    {
        [NoColumn]
        public string? Hidden { get; init; }

        [ColumnName("Source")]
        public string? Renamed { get; init; }
    }

    private sealed record Conversation(IList<ChatMessage> Prompt, IList<ChatMessage>? Chosen, string Rejected);

    private sealed record Plain(string Prompt, string Chosen, string Rejected);

    private sealed record Bad(DateTime When);
}
