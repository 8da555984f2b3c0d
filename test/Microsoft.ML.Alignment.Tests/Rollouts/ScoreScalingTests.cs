using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class ScoreScalingTests
{
    [Fact]
    public void ScoresAreMeasuredInThoseOfTheIncomingPolicyAndClipped()
    {
        var scaling = new ScoreScaling(ScoreNormalization.Incoming, most: 1.5);
        scaling.NeedsSamples.Should().BeTrue();

        scaling.Measure([1, null, 3, 5]);
        scaling.Observe([100, 200]);

        // Mean 3, deviation 2; later scores do not move them.
        scaling.NeedsSamples.Should().BeFalse();
        scaling.Current.Should().Be(new ScoreScale(3, 2, 1.5)).And.Be(scaling.First);
        (scaling.Current.Apply(3), scaling.Current.Apply(5), scaling.Current.Apply(100), scaling.Current.Apply(-100)).Should().Be((0, 1, 1.5, -1.5));
    }

    [Fact]
    public void ARunningScaleIsThatOfAllScoresSoFar()
    {
        var random = new Random(3);
        double?[][] rounds = [.. Enumerable.Range(0, 4).Select(round => Enumerable.Range(0, 5 + round).Select(_ => (double?)(1e6 + (random.NextDouble() * (round + 1)))).ToArray())];
        var scaling = new ScoreScaling(ScoreNormalization.Running, most: null);

        for (var round = 0; round < rounds.Length; round++)
        {
            scaling.Observe(rounds[round]);

            double[] seen = [.. rounds[..(round + 1)].SelectMany(scores => scores).Select(score => score!.Value)];
            var mean = seen.Average();
            scaling.Current.Mean.Should().BeApproximately(mean, 1e-9 * mean);
            var deviation = Math.Sqrt(seen.Sum(x => (x - mean) * (x - mean)) / (seen.Length - 1));
            scaling.Current.Deviation.Should().BeApproximately(deviation, 1e-8);
            if (round == 0)
                scaling.First.Should().Be(scaling.Current);
        }

        scaling.First.Should().NotBe(scaling.Current);
    }

    [Fact]
    public void WithoutNormalisationScoresAreTheirOwnOrOnlyClipped()
    {
        ScoreScaling.None.Current.Apply(-1234.5).Should().Be(-1234.5);
        new ScoreScaling(ScoreNormalization.None, most: 2).Current.Apply(-7).Should().Be(-2);
        ScoreScaling.None.NeedsSamples.Should().BeFalse();
    }

    [Fact]
    public void EqualScoresAreNoNoiseOfMagnitudeOne() =>
        ScoreScale.Of(Moments.Of([2, 2], alone => alone), most: 10).Apply(2).Should().Be(0);

    [Fact]
    public void ADeviationNeedsTwoScores() =>
        FluentActions.Invoking(() => new ScoreScaling(ScoreNormalization.Incoming, null).Measure([null, 3, null]))
            .Should().Throw<InvalidOperationException>().WithMessage("ScoreNormalization.Incoming measures scores in their deviation, and 1 of*None*");

    [Fact]
    public void WhatWasSavedGoesOn()
    {
        var (one, other) = (new ScoreScaling(ScoreNormalization.Running, 3), new ScoreScaling(ScoreNormalization.Running, 3));
        one.Observe([1, 5, 7]);
        var kept = new KeptState();
        one.Save(kept);
        other.Restore(kept);
        one.Observe([2, 2]);
        other.Observe([2, 2]);

        other.Current.Should().Be(one.Current);
        other.First.Should().Be(one.First);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void ACriticThatBeginsAsTheRewardModelSaysFirstWhatScoresAreOnTheirScale(double weight)
    {
        using var scope = NewDisposeScope();
        using var plain = TestModels.Tiny(1);
        using var reward = plain.With([], Head(plain, 4));
        using var of = plain.With([], Head(plain, 4));
        var critic = new Critic(of) { RewardWeight = weight };
        using var noGrad = no_grad();
        var batch = Batches.Collator.Pack([new([3, 5], [[7, 2, 9]], []), new([4], [[1, 8]], [])]);
        var raw = reward.Rewards(batch.Rows, batch.Targets, new()).data<float>().ToArray();
        var scale = new ScoreScale(0.7, 2.5, null);

        critic.Begin(scale);

        var (_, ends) = critic.Values(batch.Rows, batch.Targets, Precision.Float32);
        var expected = raw.Select(score => scale.Apply(weight * score)).ToArray();
        ends.data<float>().ToArray().Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5);
        var again = new Critic(of) { RewardWeight = weight };
        again.Restore(scale);
        again.Values(batch.Rows, batch.Targets, Precision.Float32).Ends.data<float>().ToArray().Should().Equal(ends.data<float>().ToArray());
    }

    [Fact]
    public void ACriticOfAnotherRewardBeginsAsItIs()
    {
        using var scope = NewDisposeScope();
        using var plain = TestModels.Tiny(1);
        using var of = plain.With([], Head(plain, 4));
        var before = of.RewardHead!.data<float>().ToArray();

        new Critic(of).Begin(new(5, 3, null));

        of.RewardHead!.data<float>().ToArray().Should().Equal(before);
    }

    private static Parameter Head(LanguageModel model, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return new Parameter(randn([1, model.Config.HiddenSize], generator: generator), requires_grad: true);
    }

    private sealed class KeptState : IStateWriter, IStateReader
    {
        private readonly Dictionary<string, string> _values = [];

        public void WriteTensor(string name, Tensor value) => throw new NotSupportedException();

        public void WriteValue<T>(string name, T value) => _values[name] = System.Text.Json.JsonSerializer.Serialize(value);

        public Tensor ReadTensor(string name) => throw new NotSupportedException();

        public T ReadValue<T>(string name) => System.Text.Json.JsonSerializer.Deserialize<T>(_values[name])!;
    }
}
