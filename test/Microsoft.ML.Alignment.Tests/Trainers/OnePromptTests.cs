using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Trainers;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public class OnePromptTests
{
    [Fact]
    public void RowsOfOnePromptAreRemarkedOn() =>
        OnePrompt.Remarks(new ListStore([Row(1, 2), Row(1, 2), Row(1, 2)])).Should().ContainSingle().Which.Should().Contain("one prompt").And.Contain("KtoBaseline.Zero");

    [Fact]
    public void RowsOfTwoPromptsAreNot() => OnePrompt.Remarks(new ListStore([Row(1, 2), Row(1, 2), Row(1, 3)])).Should().BeEmpty();

    private static TokenizedExample Row(params int[] prompt) => new(prompt, [[7]], [1]);
}
