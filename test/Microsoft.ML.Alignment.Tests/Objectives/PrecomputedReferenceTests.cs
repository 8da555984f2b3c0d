using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

public sealed class PrecomputedReferenceTests : IDisposable
{
    private static readonly BatchPlan Plan = new(BatchSize: 4, MicroBatchSize: 3, Seed: 5, Shuffle: false);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _reference = TestModels.Tiny(2);
    private readonly TokenizedExample[] _examples = RandomExamples.Pairs(7);
    private readonly ListStore _store;

    public PrecomputedReferenceTests() => _store = new(_examples);

    public void Dispose()
    {
        _reference.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ScoresAreThoseOfEachStepToTheLastBit(bool shared)
    {
        var details = shared ? PairDetails.SharedSum : PairDetails.None;
        var objective = Objective(_reference, details);

        var table = ScoreTable.Compute(_store, Plan, objective, default);

        using var noGrad = no_grad();
        var batches = TokenSource.Of(new ScoredStore(_store, table.Of), Plan).Epoch(3).SelectMany(step => step).ToArray();
        batches.Length.Should().Be(3);
        foreach (var batch in batches)
            PairScores.Join(PairScores.Of(batch, details, CPU)!.Value).Equals(objective.ReferenceScores(batch)).Should().BeTrue();
    }

    [Fact]
    public void TrainingWithThemIsTrainingWithoutThemBitByBit()
    {
        var loss = new PairLoss.LdDpo { Loss = new PairLoss.Aot() };
        (float[] Weights, double[] Losses) Train(bool precomputed)
        {
            using var policy = TestModels.Tiny(1).TrainableOwned();
            var progress = new ProgressList();
            var objective = new PreferenceObjective(policy, _reference, (p, r) => loss.Evaluate(p, r, 0.3))
            {
                Details = loss.Details,
                CouplesPairs = loss.CouplesPairs,
            };
            var rows = precomputed ? new ScoredStore(_store, ScoreTable.Compute(_store, Plan, objective, default).Of) : (IExampleStore)_store;
            var training = new TrainingOptions { LearningRate = 0.01, Epochs = 2 }.Resolve(new(1, 1), 0);
            var context = new TrainingContext("Dpo", new() { Progress = progress }, _ => { });
            new TrainingLoop([new(policy)], training, context).Run(TokenSource.Of(rows, Plan), objective);
            return ([.. policy.TrainableParameters.SelectMany(p => p.data<float>())], [.. progress.Reports.Select(report => report.Loss)]);
        }

        var (plain, precomputed) = (Train(false), Train(true));

        precomputed.Losses.Should().HaveCount(4).And.Equal(plain.Losses);
        precomputed.Weights.Should().Equal(plain.Weights);
    }

    [Fact]
    public void TheModelIsNotAskedAgainForRowsThatHaveScoresAndIsForOthers()
    {
        using var other = TestModels.Tiny(3);
        var table = ScoreTable.Compute(_store, Plan, Objective(_reference), default);
        var (known, fresh) = (Collator.Pack([new ScoredStore(_store, table.Of).Read(2)]), Collator.Pack([_examples[2]]));

        var objective = Objective(other);

        // Rows that were packed with others differ in the last bits.
        Rewards(objective, known).Should().BeApproximately(Rewards(Objective(_reference), fresh), 1e-5);
        Rewards(objective, fresh).Should().NotBeApproximately(Rewards(objective, known), 1e-2);
    }

    [Fact]
    public void TheKeyChangesWithAllThatChangesTheNumbers()
    {
        using var adapted = _reference.With([LoraAdapter.Create(_reference, new() { Rank = 2 }, "sft", 1)], null);
        using var scaled = _reference.With([LoraAdapter.Create(_reference, new() { Rank = 2, Alpha = 5 }, "sft", 1)], null);
        using var other = TestModels.Tiny(3);
        var longer = _examples.ToArray();
        longer[4] = longer[4] with { Prompt = [.. longer[4].Prompt, 7] };
        var moved = _examples.ToArray();
        var (prompt, sides) = (moved[4].Prompt, moved[4].Completions);
        moved[4] = moved[4] with { Prompt = prompt[..^1], Completions = [[prompt[^1], .. sides[0]], sides[1]] };
        var kind = Objective(_reference).ScoreKind;

        string[] keys =
        [
            ScoreKey.Of(_reference, _store, Plan, kind),
            ScoreKey.Of(other, _store, Plan, kind),
            ScoreKey.Of(adapted, _store, Plan, kind),
            ScoreKey.Of(scaled, _store, Plan, kind),
            ScoreKey.Of(_reference, new ListStore(longer), Plan, kind),
            ScoreKey.Of(_reference, new ListStore(moved), Plan, kind),
            ScoreKey.Of(_reference, new ListStore([.. _examples.Reverse()]), Plan, kind),
            ScoreKey.Of(_reference, _store, new(4, 2, 5, false), kind),
            ScoreKey.Of(_reference, _store, Plan, Objective(_reference, PairDetails.SharedSum).ScoreKind),
            ScoreKey.Of(
                _reference, _store, Plan, new PreferenceObjective(_reference, _reference, Dpo) { Precision = Precision.BFloat16 }.ScoreKind),
        ];

        keys.Should().OnlyHaveUniqueItems();
        using var copy = _reference.MergedCopy(trains: false);
        ScoreKey.Of(copy, new ListStore([.. _examples]), Plan with { Seed = 9, Shuffle = true }, kind)
            .Should().Be(keys[0], "nothing else changes the numbers");
    }

    [Fact]
    public void ATableComesBackFromDiskAsItWasAndADamagedOneIsRefused()
    {
        using var folder = new TemporaryFolder();
        var cache = new ScoreCache(folder["cache"]);
        var table = new ScoreTable(2, [1.5f, float.MinValue, -0f, 7]);
        cache.Read("k").Should().BeNull();
        cache.Write("k", table);

        var again = cache.Read("k")!;

        (again.Width, BitConverter.SingleToInt32Bits(again.Scores[2])).Should().Be((2, BitConverter.SingleToInt32Bits(-0f)));
        again.Scores.Should().Equal(table.Scores);
        again.Of(1).Should().Equal(-0f, 7);
        var bytes = File.ReadAllBytes(cache.PathOf("k"));
        bytes[9] ^= 1;
        File.WriteAllBytes(cache.PathOf("k"), bytes);
        new Action(() => cache.Read("k")).Should().Throw<InvalidDataException>().WithMessage("*damaged*Delete it*");
        File.WriteAllBytes(cache.PathOf("k"), bytes[..7]);
        new Action(() => cache.Read("k")).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void CancellationEndsThePassBetweenMicroBatches()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        new Action(() => ScoreTable.Compute(_store, Plan, Objective(_reference), source.Token)).Should().Throw<OperationCanceledException>();
    }

    private static PreferenceLoss Dpo(PairLogProbs policy, PairLogProbs reference) =>
        new PairLoss.Sigmoid().Evaluate(policy, reference, 0.3);

    private PreferenceObjective Objective(LanguageModel compared, PairDetails details = PairDetails.None) =>
        new(_reference, compared, Dpo) { Details = details };

    private static double Rewards(PreferenceObjective objective, TokenBatch batch) =>
        StepSummary.Read([objective.Evaluate(batch)], 0).Metrics["rewards/margins"];
}
