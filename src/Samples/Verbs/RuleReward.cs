using Microsoft.ML.Alignment;

namespace Samples.Verbs;

/// <summary>What decides about answers, as a reward of rows of <see cref="Question"/>.</summary>
internal static class RuleReward
{
    /// <summary>1 for the past form, -1 for the wrong or the doubled one, 0 for something else.</summary>
    public static IRewardFunction Instance { get; } = RewardFunction.Of(
        "rule", [nameof(Question.Past), nameof(Question.Wrong), nameof(Question.Doubled)], (_, answer, row) => Score(answer, row));

    private static double? Score(string answer, RewardRow row)
    {
        string Form(string column) => row.Text(column);
        return AnswerScoring.Score(answer, Form(nameof(Question.Past)), Form(nameof(Question.Wrong)), Form(nameof(Question.Doubled))) switch
        {
            Said.Right => 1,
            Said.OverRegularised => -1,
            _ => 0,
        };
    }
}
