using Microsoft.ML.Alignment.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class PairLogProbsTests
{
    [Fact]
    public void AllChosenComeBeforeAllRejected()
    {
        using var scope = NewDisposeScope();
        var both = new SequenceLogProbs(tensor(new[] { -2f, -6f, -1f, -8f, -9f, -5f }), tensor(new[] { 1f, 2f, 4f, 2f, 3f, 5f }));

        var pairs = new PairLogProbs(Pair.Split(both.Sum), Pair.Split(both.TokenCount));

        pairs.Sum.Chosen.data<float>().Should().Equal(-2, -6, -1);
        pairs.Sum.Rejected.data<float>().Should().Equal(-8, -9, -5);
        pairs.Mean.Chosen.data<float>().Should().Equal(-2, -3, -0.25f);
        pairs.Mean.Rejected.data<float>().Should().Equal(-4, -3, -1);
    }
}
