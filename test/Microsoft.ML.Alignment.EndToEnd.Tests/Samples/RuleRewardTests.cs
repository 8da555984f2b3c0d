using FluentAssertions;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class RuleRewardTests
{
    [Fact]
    public async Task ARightFormIsWorth1AWrongOneMinus1AndSomethingElseNothing()
    {
        var rule = RuleReward.Instance;
        var row = new RewardRow(new([.. rule.ColumnNames]), ["went", "goed", "wented"]);
        string[] answers = ["They went.", "They goed.", "wented", "They go.", "went, not goed"];
        (await rule.ScoreAsync([.. answers.Select(answer => new SampledCompletion("?", answer, row))])).Should().Equal(1, -1, -1, 0, -1);
    }
}
