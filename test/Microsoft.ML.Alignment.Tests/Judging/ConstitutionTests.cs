using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment.Tests.Judging;

public sealed class ConstitutionTests
{
    private static readonly Principle Kind = new("kind", "Which is kinder?", "Say what is unkind.", "Make it kind.");

    public static TheoryData<Constitution> Shipped => [Constitution.HelpfulAndHarmless, Constitution.IrregularVerbs];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void WhatIsWrittenReadsBackWithTheSameHash(Constitution constitution)
    {
        var again = Constitution.Parse(constitution.ToJson());
        again.Hash.Should().Be(constitution.Hash).And.HaveLength(64);
        again.Principles.Should().BeEquivalentTo(constitution.Principles, options => options.WithStrictOrdering());
    }

    [Fact]
    public void AnyChangeChangesTheHash()
    {
        var original = new Constitution("c", "1", [Kind]);
        Constitution[] changed =
        [
            new("d", "1", [Kind]), new("c", "2", [Kind]), new("c", "1", [Kind with { Weight = 2 }]),
            new("c", "1", [Kind with { Comparison = "Which is nicer?" }]), new("c", "1", [Kind with { Tags = ["x"] }]),
        ];
        changed.Append(original).Select(constitution => constitution.Hash).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void PrinciplesAreDrawnByWeightAndTheSameForEqualKeys()
    {
        var constitution = new Constitution("c", "1", [Kind, Kind with { Id = "rare", Weight = 0.25 }]);
        var first = Enumerable.Range(0, 4000).Select(i => constitution.Draw($"{i}", 1)[0].Id).ToArray();
        first.Count(id => id == "kind").Should().BeCloseTo(3200, 130, "1 of 1.25 is 0.8, five standard deviations of 4000 draws are 126");
        first.Should().Equal(Enumerable.Range(0, 4000).Select(i => constitution.Draw($"{i}", 1)[0].Id));
        constitution.Draw("x", 5).Select(principle => principle.Id).Should().BeEquivalentTo(["kind", "rare"], "no principle is drawn twice");
    }

    [Fact]
    public void ATagChoosesPrinciples()
    {
        Constitution.IrregularVerbs.WithTag("REGULAR").Principles.Select(principle => principle.Id).Should().Equal("regular-verbs-stay-regular");
        var none = () => Constitution.IrregularVerbs.WithTag("absent");
        none.Should().Throw<ArgumentException>().WithMessage("*has no principle*");
    }

    [Theory]
    [InlineData("[", "*cannot be read*")]
    [InlineData("null", "*it is null*")]
    [InlineData("""{"name": "c", "version": "1", "principles": []}""", "*has no principle*")]
    [InlineData("""{"name": "c", "version": "1", "principles": [{"id": "a"}]}""", "*needs name, version and principles*")]
    [InlineData("""{"name": "c", "version": "1", "principles": [], "extra": 1}""", "*extra*")]
    public void WhatIsNoConstitutionIsRefused(string json, string message)
    {
        var parse = () => Constitution.Parse(json);
        parse.Should().Throw<FormatException>().WithMessage(message);
    }

    [Fact]
    public void TwoPrinciplesOfOneIdAreRefused()
    {
        var make = () => new Constitution("c", "1", [Kind, Kind]);
        make.Should().Throw<ArgumentException>().WithMessage("*'kind' twice*");
    }
}
