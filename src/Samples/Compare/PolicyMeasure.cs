using Microsoft.ML;
using Microsoft.ML.Alignment;

using Samples.Verbs;

namespace Samples.Compare;

/// <summary>Measures policies beside the SFT model that they started from.</summary>
internal sealed class PolicyMeasure
{
    private readonly DrillEvaluation _test;
    private readonly IDataView _chosen;
    private readonly PolicyTransformer _sft;
    private readonly double _chosenLogProb;

    /// <param name="test">Evaluates on the test verbs.</param>
    /// <param name="chosen">The chosen completions of the training pairs.</param>
    /// <param name="sft">The SFT model; borrowed.</param>
    public PolicyMeasure(DrillEvaluation test, IDataView chosen, PolicyTransformer sft)
    {
        (_test, _chosen, _sft) = (test, chosen, sft);
        _chosenLogProb = ChosenLogProb(sft);
        Sft = test.Score(sft, sft);
    }

    /// <summary>The scores of the SFT model itself.</summary>
    public DrillScores Sft { get; }

    public MethodResult Of(string method, int seed, PolicyTransformer policy, TrainingCost? cost)
    {
        var scores = ReferenceEquals(policy, _sft) ? Sft : _test.Score(policy, _sft);
        return new(method, seed)
        {
            Test = scores,
            ChosenLogProbChange = ChosenLogProb(policy) - _chosenLogProb,
            AnswersChanged = scores.Answers.Zip(Sft.Answers).Count(pair => pair.First != pair.Second),
            Cost = cost,
        };
    }

    private double ChosenLogProb(PolicyTransformer policy) => policy.Model.ScoreCompletions(_chosen).Average(logProb => logProb.Sum);
}
