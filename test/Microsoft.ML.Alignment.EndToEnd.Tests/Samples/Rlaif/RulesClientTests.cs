using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Samples.Rlaif;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Rlaif;

/// <summary>What a judge that knows no verbs can tell from the words of a principle and the spelling of two responses.</summary>
public sealed class RulesClientTests
{
    private const string Established = "established-form";
    private const string NoEnding = "no-regular-ending-on-irregular-verbs";
    private const string NotTwice = "no-double-past";
    private const string Regular = "regular-verbs-stay-regular";

    [Theory]
    [InlineData(NoEnding, "go", "went", "goed", 1.0)]
    [InlineData(NoEnding, "go", "went", "wented", 1.0)]
    [InlineData(NoEnding, "go", "goed", "wented", 0.5)]    // no response shows that it changes
    [InlineData(NotTwice, "go", "goed", "wented", 1.0)]
    [InlineData(NotTwice, "go", "went", "goed", 0.5)]
    [InlineData(NotTwice, "flee", "fled", "fleded", 1.0)]  // e and d of fled are no ending
    [InlineData(NotTwice, "plan", "planned", "planneded", 1.0)]
    [InlineData(Regular, "walk", "walked", "walk", 1.0)]
    [InlineData(Regular, "walk", "walked", "walkeded", 1.0)]
    [InlineData(Regular, "walk", "walked", "wolk", 0.5)]   // a verb that changes, as far as it can tell
    [InlineData(NoEnding, "walk", "walked", "wolk", 0.0)]  // wrong: it knows no verbs
    [InlineData(Established, "walk", "walked", "walkeded", 1.0)]
    [InlineData(Established, "go", "went", "goed", 0.5)]   // wrong to abstain, but it has no dictionary
    public async Task APrincipleIsAppliedAsFarAsSpellingTells(string principle, string verb, string first, string second, double probability) =>
        (await JudgeBy(Principles(principle), verb, first, second)).FirstProbability.Should().Be(probability);

    [Theory]
    [InlineData("go", "went", "goed", 0.625)]         // of four principles one decides
    [InlineData("go", "went", "wented", 0.875)]       // three do
    [InlineData("go", "goed", "wented", 0.875)]
    [InlineData("walk", "walked", "walk", 0.75)]
    [InlineData("walk", "walked", "wolk", 0.375)]     // wrong
    [InlineData("go", "went", "want", 0.5)]
    public async Task TheWholeConstitutionIsAMean(string verb, string first, string second, double probability) =>
        (await JudgeBy(Constitution.IrregularVerbs, verb, first, second)).FirstProbability.Should().Be(probability);

    [Theory]
    [InlineData("Which response puts the ending -ed on the verb?", 0)]
    [InlineData("Which response never has -ed?", 1)]
    [InlineData("Which response avoids the ending -ed on irregular verbs?", 1)]
    [InlineData("Which one is kinder?", 0.5)]
    public async Task WhatIsWantedIsReadFromTheWords(string comparison, double probability) =>
        (await JudgeBy(new("mine", "1", [new("one", comparison, "c", "r")]), "go", "went", "goed")).FirstProbability.Should().Be(probability);

    [Fact]
    public async Task TheOrderSaysNothing()
    {
        foreach (var principle in Constitution.IrregularVerbs.Principles)
        {
            var verdict = await JudgeBy(Principles(principle.Id), "go", "went", "goed");
            verdict.Answers.Select(answer => answer.Preference).Distinct().Should().HaveCount(1);
        }
    }

    [Fact]
    public void TheVerbsThatTheConstitutionNamesAreTrainedOnAndNotMeasured()
    {
        var named = Regex.Matches(Constitution.IrregularVerbs.ToJson(), @"(\w+) \((\w+)\)")
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Distinct().ToArray();
        named.Should().HaveCount(12).And.BeSubsetOf(Verb.LoadAll().Where(verb => verb.Split == "train").Select(verb => (verb.Name, verb.Past)));
    }

    [Theory]
    [InlineData("What is the past tense of the verb \"go\"?", "The past tense of the verb \"go\" is \"goed\".", "goed")]
    [InlineData("Give me the simple past of go.", "The simple past of go is \"Went\".", "went")]
    [InlineData("Fill in the blank with the verb \"go\": Yesterday they ___.", "Yesterday they went.", "went")]
    [InlineData("What is the past tense of \"go\"?", "The past tense of \"go\" is went, as in a story.", "went")]
    [InlineData("What is the past tense of \"go\"?", "went", "went")]
    public void TheFormIsFoundInAResponse(string prompt, string response, string form) =>
        VerbForm.Find(prompt, response).Should().Be(new VerbForm("go", form));

    [Fact]
    public void AResponseWithoutAWordHasNoForm() => VerbForm.Find("the verb \"go\"?", "…").Should().BeNull();

    private static Constitution Principles(string id) =>
        new("one", "1", [Constitution.IrregularVerbs.Principles.Single(principle => principle.Id == id)]);

    private static async Task<PreferenceVerdict> JudgeBy(Constitution constitution, string verb, string first, string second)
    {
        using var client = new RulesClient();
        using var session = new FeedbackSession();
        string Say(string form) => $"The past tense of the verb \"{verb}\" is \"{form}\".";
        return await new ChatJudge(client, new() { Constitution = constitution, PrinciplesPerQuestion = 4 })
            .CompareAsync(new($"What is the past tense of the verb \"{verb}\"?", Say(first), Say(second)), session);
    }
}
