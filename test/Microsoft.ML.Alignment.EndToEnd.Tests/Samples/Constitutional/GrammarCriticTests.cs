using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.ML.Data;
using Samples.Rlaif;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Constitutional;

/// <summary>What a critic that knows no verbs can mend from the words of a principle and the spelling of a response.</summary>
public sealed class GrammarCriticTests
{
    private const string Established = "established-form";
    private const string NoEnding = "no-regular-ending-on-irregular-verbs";
    private const string NotTwice = "no-double-past";
    private const string Regular = "regular-verbs-stay-regular";

    [Theory]
    [InlineData(NotTwice, "go", "wented", "went")]
    [InlineData(NotTwice, "come", "camed", "came")]
    [InlineData(NotTwice, "flee", "fleded", "fled")]
    [InlineData(NotTwice, "walk", "walkeded", "walked")]
    [InlineData(NotTwice, "go", "goed", "goed")]
    [InlineData(NotTwice, "breed", "breed", "breed")]
    [InlineData(NotTwice, "bind", "breed", "breed")]         // e and d are no ending
    [InlineData(Established, "go", "wented", "went")]
    [InlineData(Established, "go", "goed", "goed")]          // it has no dictionary
    [InlineData(NoEnding, "sing", "singed", "sang")]         // named
    [InlineData(NoEnding, "swing", "swinged", "swung")]      // like sting, not like sing
    [InlineData(NoEnding, "ring", "ringed", "rang")]
    [InlineData(NoEnding, "grow", "growed", "grew")]
    [InlineData(NoEnding, "ride", "rided", "rode")]
    [InlineData(NoEnding, "glow", "glowed", "glew")]         // wrong: it cannot know
    [InlineData(NoEnding, "go", "goed", "goed")]             // rhymes with nothing that is named
    [InlineData(NoEnding, "sing", "sung", "sung")]
    [InlineData(Regular, "walk", "wolk", "wolk")]            // wrong, but spelling does not tell
    public void AResponseIsMendedAsFarAsThePrincipleAndSpellingTell(string principle, string verb, string form, string revised) =>
        Revised(Constitution.IrregularVerbs, principle, verb, form).Should().Be(Say(verb, revised));

    [Theory]
    [InlineData("go", "went", "goed")]
    [InlineData("carry", "carrew", "carried")]
    [InlineData("dig", "dug", "digged")]
    [InlineData("ride", "rode", "rided")]
    [InlineData("play", "played", "played")]
    public void AnotherConstitutionMendsToTheContrary(string verb, string form, string revised) =>
        Revised(
            new("round", "1", [new("all", "c", "Say whether the past has the ending -ed.", "The past is to be the verb with the ending -ed.")]),
            "all", verb, form).Should().Be(Say(verb, revised));

    [Fact]
    public void WhatIsNotUnderstoodIsLeftAsItIs() =>
        Revised(Constitution.HelpfulAndHarmless, "respect", "go", "wented").Should().Be(Say("go", "wented"));

    [Fact]
    public void TheCritiqueSaysWhy()
    {
        Critique(NoEnding, "swing", "swinged").Should().Be(
            "'swinged' has the ending, but 'swing' rhymes with 'sting', of which the past is 'stung'.");
        Critique(NoEnding, "sing", "singed").Should().Be("'singed' has the ending, but the past of 'sing' is 'sang'.");
        Critique(NoEnding, "go", "went").Should().StartWith("Nothing to mend: ");
    }

    /// <summary>The stage asks the client for a critique and then for a revision, by the very messages that a model gets.</summary>
    private static string Revised(Constitution constitution, string principle, string verb, string form) =>
        Run(constitution, principle, verb, form).GetColumn<string>("Completion").Single();

    private static string Critique(string principle, string verb, string form) =>
        Run(Constitution.IrregularVerbs, principle, verb, form).GetColumn<string>("Critique").Single();

    private static IDataView Run(Constitution constitution, string principle, string verb, string form)
    {
        var ml = new MLContext(seed: 1);
        using IChatClient client = new RulesClient();
        var one = new Constitution("one", "1", [constitution.Principles.Single(each => each.Id == principle)]);
        var rows = ml.Data.LoadFromEnumerable(
            [new global::Samples.Verbs.Instruction($"What is the past tense of the verb \"{verb}\"?", Say(verb, form))]);
        return ml.Alignment().Feedback.CritiqueAndRevise(client, one).Fit(rows).Transform(rows);
    }

    private static string Say(string verb, string form) => $"The past tense of the verb \"{verb}\" is \"{form}\".";
}
