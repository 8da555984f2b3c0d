using Samples.Compare;
using Samples.Verbs;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

/// <summary>Results as a run gives them.</summary>
internal static class Runs
{
    public static MethodResult Of(string method, int seed, int right = 10, double kl = 0.5, double change = -1) => new(method, seed)
    {
        Test = new()
        {
            Verbs = 35,
            Right = right,
            OverRegularised = 3,
            RightInUnseenWording = 4,
            RegularVerbs = 15,
            RegularRight = 12,
            PrefersPast = 30,
            Ranked = 20,
            LogProbOfRight = -2.5,
            KlToReference = kl,
            Answers = ["one", method],
        },
        ChosenLogProbChange = change,
        AnswersChanged = 1,
        Cost = new(Seconds: 4, Pairs: 10, PeakMemoryBytes: 3_000_000_000),
    };
}
