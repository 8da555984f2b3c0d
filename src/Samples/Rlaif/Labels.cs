using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;
using Samples.Verbs;

namespace Samples.Rlaif;

/// <summary>The pairs that a judge made, compared with the truth, which it did not have.</summary>
/// <param name="Pairs">All of them.</param>
/// <param name="Right">Those whose chosen answer alone is right.</param>
/// <param name="Wrong">Those whose rejected answer alone is right.</param>
internal sealed record Labels(int Pairs, int Right, int Wrong)
{
    /// <summary>The share of right ones among those that are right or wrong.</summary>
    public double Accuracy => (double)Right / Math.Max(1, Right + Wrong);

    /// <summary>Adds the counts of several seeds.</summary>
    public static Labels operator +(Labels a, Labels b) => new(a.Pairs + b.Pairs, a.Right + b.Right, a.Wrong + b.Wrong);

    /// <summary>Reads what the stages of feedback made of the prompts.</summary>
    public static Labels Of(Lesson lesson, TransformerChain<PolicyTransformer> fitted)
    {
        var judged = fitted.OfType<FeedbackTransformer>().Aggregate(lesson.Prompts, (rows, stage) => stage.Transform(rows));
        var verbs = (from verb in lesson.TrainVerbs from wording in Wording.Training select (wording.Ask(verb), verb)).ToDictionary();
        bool IsRight(string prompt, string answer) => AnswerScoring.Score(verbs[prompt], answer) == Said.Right;
        var sides = lesson.ML.Data.CreateEnumerable<Pair>(judged, reuseRowObject: false)
            .Select(pair => (Chosen: IsRight(pair.Prompt, pair.Chosen), Rejected: IsRight(pair.Prompt, pair.Rejected))).ToList();
        return new(sides.Count, sides.Count(pair => pair is (true, false)), sides.Count(pair => pair is (false, true)));
    }

    private sealed class Pair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";
    }
}
