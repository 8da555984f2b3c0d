using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class SavedStageTests
{
    internal static SavedStage Example { get; } = new()
    {
        Settings = new()
        {
            Method = "dpo",
            Columns = new("P", "C", "R", "A"),
            PromptFormat = PromptFormat.Messages,
            Generation = new() { MaxNewTokens = 7, Temperature = 0.5, TopK = 3, TopP = 0.9, Seed = 11 },
            Beta = 0.25,
        },
        Model = new("base.gguf", new Dictionary<string, string> { ["config.json"] = "f1" }, "w1",
            [new("sft", "{}", "a1", new Dictionary<string, SavedUpdate> { ["layers.0.q"] = new(2, 0.1) })]),
    };

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var read = Parse(Text());
        read.FormatVersion.Should().Be("1.1");
        read.Settings.Should().Be(Example.Settings);
        read.Should().BeEquivalentTo(Example, options => options.Excluding(file => file.Sha256));
    }

    [Theory]
    [InlineData("\"formatVersion\": \"1.1\"", "\"formatVersion\": \"2.0\"", "*2.0*up to 1.x*Update*")]
    [InlineData("\"formatVersion\": \"1.1\"", "\"formatVersion\": \"one\"", "*formatVersion*one*")]
    [InlineData("\"formatVersion\": \"1.1\",", "", "*formatVersion*")]
    [InlineData("\"Messages\"", "\"Morse\"", "*damaged*")]
    [InlineData("\"Messages\"", "3", "*damaged*")]
    [InlineData("\"maxNewTokens\": 7", "\"maxNewTokens\": 0", "*MaxNewTokens is 0*")]
    [InlineData("\"weights\": \"w1\"", "\"weights\": null", "*damaged*")]
    [InlineData("\"weights\": \"w1\",", "", "*damaged*")]
    [InlineData("{", "[", "*damaged*")]
    public void WhatMakesNoSenseIsRefusedWithThePlace(string found, string replaced, string message)
    {
        var json = Text();
        json.Should().Contain(found);
        new Action(() => Parse(Rehashed(json.Replace(found, replaced, StringComparison.Ordinal))))
            .Should().Throw<FormatException>().WithMessage(message).WithMessage("*T_1/stage.json*");
    }

    [Theory]
    [InlineData("\"beta\": 0.25", "\"beta\": 0.35", "*damaged*SHA-256 is*")]
    [InlineData("\"sha256\"", "\"shb256\"", "*damaged*1.1 has a sha256, which is missing*")]
    [InlineData("\"formatVersion\": \"1.1\"", "\"formatVersion\": \"1.0\"", "*damaged*SHA-256 is*")]
    [InlineData("\"beta\": 0.25", "\"b\": 0.25", "*damaged*SHA-256 is*")]
    public void AChangedFileIsRefused(string found, string replaced, string message) =>
        new Action(() => Parse(Text().Replace(found, replaced, StringComparison.Ordinal))).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void AFileOfFormatOnePointZeroHasNoHash()
    {
        var json = JsonNode.Parse(Text())!.AsObject();
        (json["formatVersion"], _) = ("1.0", json.Remove("sha256"));
        Parse(json.ToJsonString()).Settings.Beta.Should().Be(0.25);
    }

    [Fact]
    public void FieldsThatAreNotKnownAreIgnored()
    {
        Parse(Rehashed(Text().Replace("\"beta\"", "\"gamma\": [1], \"beta\"", StringComparison.Ordinal)))
            .Should().BeEquivalentTo(Example, options => options.Excluding(file => file.Sha256));
    }

    private static string Text() => Encoding.UTF8.GetString(Example.Write());

    private static string Rehashed(string json)
    {
        var blank = Regex.Replace(json, "\"sha256\": \"[^\"]*\"", $"\"sha256\": \"{SelfHash.Blank}\"");
        return blank.StartsWith('[') ? blank : Encoding.UTF8.GetString(SelfHash.Fill(Encoding.UTF8.GetBytes(blank)));
    }

    private static SavedStage Parse(string json) => SavedStage.Parse(Encoding.UTF8.GetBytes(json), "T_1/stage.json");
}
