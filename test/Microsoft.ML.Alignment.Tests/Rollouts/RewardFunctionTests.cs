using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Rollouts;

public sealed class RewardFunctionTests
{
    private static readonly SampledCompletion[] Four = [.. new[] { "yes", "no", "maybe", "" }.Select(text => new SampledCompletion("p", text, RewardRow.Empty))];

    [Fact]
    public void ATextClassifierOfMLNetIsAReward()
    {
        var context = new MLContext(seed: 1);
        Sentence[] sentences = [.. Enumerable.Range(0, 20).SelectMany(i => new Sentence[]
        {
            new() { Completion = $" went home {i}", Label = true }, new() { Completion = $" goed home {i}", Label = false },
        })];
        using var classifier = context.Transforms.Text.FeaturizeText("Features", "Completion")
            .Append(context.BinaryClassification.Trainers.SdcaLogisticRegression(new() { NumberOfThreads = 1, MaximumNumberOfIterations = 20 }))
            .Fit(context.Data.LoadFromEnumerable(sentences));

        var reward = RewardFunction.FromTransformer(context, classifier, "Probability");

        reward.Name.Should().Be("Probability");
        var scores = Ask(reward, [new("p", " went away", RewardRow.Empty), new("p", " goed away", RewardRow.Empty)]);
        scores[0].Should().BeInRange(0.5, 1);
        scores[1].Should().BeInRange(0, 0.5);
        var steps = OnPolicyRun.Run(OnPolicyRun.Rloo with { Rewards = [reward], Training = OnPolicyRun.Rloo.Training with { MaxSteps = 1 } }).Steps;
        steps[0]["rewards/Probability/mean"].Should().BeInRange(0.001, 0.999);
    }

    [Fact]
    public void ATransformerWithoutSuchAColumnIsRefusedAtOnce()
    {
        var context = new MLContext(seed: 1);
        var featurizer = context.Transforms.Text.FeaturizeText("Features", "Completion").Fit(context.Data.LoadFromEnumerable(new Sentence[] { new() { Completion = "a b" } }));

        FluentActions.Invoking(() => RewardFunction.FromTransformer(context, featurizer)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("The transformer gives no column 'Score'; it gives *'Features'*");
        FluentActions.Invoking(() => RewardFunction.FromTransformer(context, featurizer, "Features")).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Column 'Features' of the transformer is *; a reward is Single*");
    }

    [Fact]
    public void AnswersFromElsewhereAreWaitedForSideBySide()
    {
        using var all = new CountdownEvent(Four.Length);
        var reward = RewardFunction.OfAsync("service", [], async (sampled, cancellation) =>
        {
            all.Signal();
            await Task.Run(() => all.Wait(TimeSpan.FromSeconds(30), cancellation).Should().BeTrue("all are asked before any has answered"), cancellation);
            return sampled.Completion.Length;
        });

        Ask(reward, Four).Should().Equal(3, 2, 5, 0);
    }

    [Fact]
    public void OneThatThrowsStopsTheRunWithPromptAndCompletionOrIsCountedAndLeftOut()
    {
        var reward = RewardFunction.Of("strict", (_, completion) => completion == "no" ? throw new InvalidOperationException("It cannot tell.") : 1);

        FluentActions.Invoking(() => Panel(FailedRewards.Throw, reward).Score([Four], default)).Should().Throw<RewardFailedException>()
            .WithMessage("The reward 'strict' failed on the completion 'no' of the prompt 'p': It cannot tell.*Skip*")
            .Which.Completion.Completion.Should().Be("no");
        var skipped = Panel(FailedRewards.Skip, reward).Score([Four[..2], Four[2..]], default);
        skipped.Total.Should().BeEquivalentTo(new double?[][] { [1, null], [1, 1] }, options => options.WithStrictOrdering());
        skipped.Failures.Should().Be(1);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void WhatIsNotFiniteHasFailed(double value)
    {
        var reward = RewardFunction.Of("wild", (_, completion) => completion == "maybe" ? value : 1);

        FluentActions.Invoking(() => Panel(FailedRewards.Throw, reward).Score([Four], default)).Should().Throw<RewardFailedException>()
            .WithMessage($"The reward 'wild' failed on the completion 'maybe'*it gave {value}; a finite number or null is needed.*");
        var skipped = Panel(FailedRewards.Skip, reward).Score([Four], default);
        skipped.Total[0].Should().Equal(1, 1, null, 1);
        skipped.Failures.Should().Be(1);
    }

    [Fact]
    public void OneThatGivesTooFewScoresIsNamed() =>
        FluentActions.Invoking(() => Panel(FailedRewards.Throw, new Short()).Score([Four], default)).Should().Throw<InvalidOperationException>()
            .WithMessage("The reward 'short' gave 1 scores for 4 completions.");

    [Fact]
    public void SeveralRewardsAreWeighedAndOneThatSaysNothingIsLeftOut()
    {
        var length = RewardFunction.Of("length", (_, completion) => completion.Length);
        var known = RewardFunction.Of("known", (_, completion) => completion.Length > 0 && completion != "maybe" ? 10 : null);

        var scores = new RewardPanel([length, known], new([1, 0.5], normalizesEach: false), FailedRewards.Throw).Score([Four], default);

        scores.Total[0].Should().Equal(8, 7, 5, 0);
        scores.Each.Select(one => one.Name).Should().Equal("length", "known");
        scores.Each[1].Values.Should().Equal(10, 10, null, null);
        Panel(FailedRewards.Throw, known).Score([Four], default).Total[0].Should().Equal(10, 10, null, null);
    }

    [Fact]
    public void ARewardReadsTheColumnsThatItNamed()
    {
        var reward = RewardFunction.Of("right", ["Wanted", "Weight", "Counts"], (_, completion, row) =>
            row.Flag("Counts") && completion == row.Text("Wanted") ? row.Number("Weight") : 0);
        var row = new RewardRow(new(["Wanted", "Weight", "Counts"]), ["yes", 2.5, true]);

        Ask(reward, [new("p", "yes", row), new("p", "no", row)]).Should().Equal(2.5, 0);
        var other = RewardFunction.Of("right", ["Wanted"], (_, _, columns) => columns.Number("Wanted"));
        FluentActions.Invoking(() => Ask(other, [new("p", "yes", row)])).Should().Throw<RewardFailedException>().WithMessage("*'Wanted' as a number; it holds yes*");
    }

    [Fact]
    public void ACanceledRunIsNoFailedReward()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var reward = RewardFunction.OfAsync("service", [], async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return 1;
        });

        FluentActions.Invoking(() => Panel(FailedRewards.Skip, reward).Score([Four], source.Token)).Should().Throw<OperationCanceledException>();
    }

    // As a client of HTTP says that it has waited long enough.
    [Fact]
    public void OneThatWaitedTooLongHasFailedAndTheRunGoesOn()
    {
        var skipped = Panel(FailedRewards.Skip, new Late()).Score([Four], default);

        skipped.Total[0].Should().Equal(1, null, 1, 1);
        skipped.Failures.Should().Be(1);
    }

    // As in a window or a notebook: the thread that trains waits, and runs nothing meanwhile.
    [Fact]
    public void AnAnswerThatIsWaitedForDoesNotComeBackToTheThreadThatTrains()
    {
        var reward = RewardFunction.OfAsync("service", [], async (sampled, _) =>
        {
            await Task.Yield();
            return sampled.Completion.Length;
        });
        double?[] scores = [];
        SynchronizationContext? behind = null;
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new Waiting());
            scores = Panel(FailedRewards.Throw, reward).Score([Four], default).Total[0];
            behind = SynchronizationContext.Current;
        }) { IsBackground = true };
        thread.Start();

        thread.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
        scores.Should().Equal(3, 2, 5, 0);
        behind.Should().BeOfType<Waiting>();
    }

    private static RewardPanel Panel(FailedRewards failed, IRewardFunction reward) => new([reward], new([1], normalizesEach: false), failed);

    private static IReadOnlyList<double?> Ask(IRewardFunction reward, IReadOnlyList<SampledCompletion> completions) =>
        reward.ScoreAsync(completions).GetAwaiter().GetResult();

    private sealed class Short : IRewardFunction
    {
        public string Name => "short";

        public Task<IReadOnlyList<double?>> ScoreAsync(IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<double?>>([1]);
    }

    private sealed class Late : IRewardFunction
    {
        public string Name => "late";

        public Task<IReadOnlyList<double?>> ScoreAsync(IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default) =>
            completions.Any(one => one.Completion == "no")
                ? throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.")
                : Task.FromResult<IReadOnlyList<double?>>([.. completions.Select(_ => (double?)1)]);
    }

    private sealed class Waiting : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }

    private sealed class Sentence
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";

        public bool Label { get; set; }
    }
}
