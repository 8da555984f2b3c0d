using System.Text;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class StageFileTests
{
    private static readonly StageFile File = new()
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
        read.FormatVersion.Should().Be("1.0");
        read.Settings.Should().Be(File.Settings);
        read.Should().BeEquivalentTo(File);
    }

    [Theory]
    [InlineData("\"formatVersion\": \"1.0\"", "\"formatVersion\": \"2.0\"", "*2.0*up to 1.x*Update*")]
    [InlineData("\"formatVersion\": \"1.0\"", "\"formatVersion\": \"one\"", "*formatVersion*one*")]
    [InlineData("\"formatVersion\": \"1.0\",", "", "*formatVersion*")]
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
        new Action(() => Parse(json.Replace(found, replaced, StringComparison.Ordinal)))
            .Should().Throw<FormatException>().WithMessage(message).WithMessage("*T_1/stage.json*");
    }

    [Fact]
    public void FieldsThatAreNotKnownAreIgnored()
    {
        Parse(Text().Replace("\"beta\"", "\"gamma\": [1], \"beta\"", StringComparison.Ordinal)).Should().BeEquivalentTo(File);
    }

    private static string Text() => Encoding.UTF8.GetString(File.Write());

    private static StageFile Parse(string json) => StageFile.Parse(Encoding.UTF8.GetBytes(json), "T_1/stage.json");
}
