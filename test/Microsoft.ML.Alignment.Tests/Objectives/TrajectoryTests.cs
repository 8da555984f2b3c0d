using System.Text.Json;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Whole training runs follow the recorded ones: same ids in, same losses, gradient norms, metrics and final logits out.</summary>
public sealed class TrajectoryTests : IDisposable
{
    private const string SmolLM2 = "models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf";

    /// <summary>TRL reports these per token where the loss is per token, ours are sums always.</summary>
    private static readonly string[] PerTokenInTrl = ["logps/chosen", "logps/rejected"];

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [SharedTheory(StoriesModel.Folder)]
    [InlineData("sft-full")]
    [InlineData("sft-accumulation")]
    public void SftOfAllWeights(string name)
    {
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();

        Replay(new(name), policy, new NextTokenObjective(policy, Precision.Float32));
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/sft-lora")]
    public void SftOfAnAdapter()
    {
        var run = new RecordedRun("sft-lora");
        using var model = StoriesModel.Load();
        using var policy = model.WithAdapter(run.File("initial-adapter"), "sft");

        Replay(run, policy, new NextTokenObjective(policy, Precision.Float32));
    }

    /// <summary>The first step of the run has a learning rate of 0, and its batch is the source's first.</summary>
    [SharedFact(StoriesModel.Folder, "golden/trajectories/sft-lora")]
    public void EntropyOfAnEvaluationIsTheRecordedOne()
    {
        var run = new RecordedRun("sft-lora");
        using var model = StoriesModel.Load();
        using var policy = model.WithAdapter(run.File("initial-adapter"), "sft");
        var objective = new NextTokenObjective(policy, Precision.Float32);
        var batch = run.Source(batch => batch).Epoch(0).First().Should().ContainSingle().Which;
        using var noGrad = no_grad();

        var entropy = objective.Evaluate(batch).Metrics.Single(metric => metric.Name == "entropy");

        var expected = run.Steps[0].GetProperty("metrics").GetProperty("entropy").GetDouble();
        Near.Relative(entropy.Value.to(float64).item<double>() / entropy.Weight, expected, 1e-5);
    }

    [SharedTheory(StoriesModel.Folder, "golden/trajectories/reward-full")]
    [InlineData("reward-full", 0)]
    [InlineData("reward-margin-centered", 0.01)]
    public void RewardModelOfAllWeights(string name, double centering)
    {
        var run = new RecordedRun(name);
        using var model = StoriesModel.Load();
        using var copy = model.TrainableCopy();
        using var rewardModel = copy.With([], StoriesModel.RewardHead(run.File("initial-head.safetensors")));

        Replay(run, rewardModel, (run.Source(batch => MarginBatch.Pack([.. batch.Examples], hasMargins: batch.Examples[0].Values.Length > 0)), new RewardObjective(rewardModel, centering, Precision.Float32)));
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/dpo-full")]
    public void DpoOfAllWeights()
    {
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();
        var run = new RecordedRun("dpo-full");

        Replay(run, policy, new PreferenceObjective(policy, model, Dpo(run)));
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/dpo-lora")]
    public void DpoOfAnAdapterWhoseReferenceIsTheModelWithoutIt()
    {
        var run = new RecordedRun("dpo-lora");
        using var model = StoriesModel.Load();
        using var policy = model.WithAdapter(run.File("initial-adapter"), "dpo");

        Replay(run, policy, new PreferenceObjective(policy, model, Dpo(run)));
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/dpo-lora-on-sft-lora", "golden/trajectories/sft-lora")]
    public void DpoOfAnAdapterStackedOnAnother()
    {
        var run = new RecordedRun("dpo-lora-on-sft-lora");
        using var model = StoriesModel.Load();
        using var reference = model.WithAdapter(new RecordedRun("sft-lora").File("final-adapter"), "sft", trains: false);
        using var policy = reference.WithAdapter(run.File("initial-adapter"), "dpo");

        Replay(run, policy, new PreferenceObjective(policy, reference, Dpo(run)));
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/dpo-smoothed")]
    public void RobustDpoInMicroBatches()
    {
        var run = new RecordedRun("dpo-smoothed");
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();

        Replay(run, policy, new PreferenceObjective(policy, model, Dpo(run, new PairLoss.Robust { LabelSmoothing = run.Number("label_smoothing") })));
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/simpo-full")]
    public void SimPoOfAllWeights()
    {
        var run = new RecordedRun("simpo-full");
        var (beta, gamma) = (run.Number("beta"), run.Number("simpo_gamma"));
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();

        var objective = new PreferenceObjective(policy, p => SimPoLoss.Sigmoid(SimPoLoss.LogRewards(p, beta), gamma));

        // TRL reports a negative log-likelihood of 0 where it has no weight.
        Replay(run, policy, objective, [.. PerTokenInTrl, "nll_loss"]);
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/cpo-full")]
    public void CpoOfAllWeights()
    {
        var run = new RecordedRun("cpo-full");
        var beta = run.Number("beta");
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();

        Replay(run, policy, new PreferenceObjective(policy, p => CpoLoss.Sigmoid(p, beta)) { SftWeight = run.Number("cpo_alpha") });
    }

    [SharedFact(StoriesModel.Folder, "golden/trajectories/orpo-full")]
    public void OrpoOfAllWeightsWithThePromptInItsSupervisedTerm()
    {
        var run = new RecordedRun("orpo-full");
        var weight = run.Number("beta");
        using var model = StoriesModel.Load();
        using var policy = model.TrainableCopy();
        var objective = new PreferenceObjective(policy, p => OrpoLoss.Compute(p, weight))
        {
            SftWeight = 1,
            SftScope = SftScope.PromptAndCompletion,
        };

        Replay(run, policy, objective, PerTokenInTrl);
    }

    [SharedFact(SmolLM2, "golden/trajectories/smollm2-sft-lora")]
    public void SftOfAnAdapterOfARealChatModel()
    {
        var run = new RecordedRun("smollm2-sft-lora");
        using var model = PretrainedModel.Load(Golden.Shared(SmolLM2));
        using var policy = model.WithAdapter(run.File("initial-adapter"), "sft");

        Replay(run, policy, new NextTokenObjective(policy, Precision.Float32));
    }

    [SharedFact(SmolLM2, "golden/trajectories/smollm2-dpo-lora")]
    public void DpoOfAnAdapterOfARealChatModel()
    {
        var run = new RecordedRun("smollm2-dpo-lora");
        using var model = PretrainedModel.Load(Golden.Shared(SmolLM2));
        using var policy = model.WithAdapter(run.File("initial-adapter"), "dpo");

        Replay(run, policy, new PreferenceObjective(policy, model, Dpo(run)));
    }

    private static PairwiseLoss Dpo(RecordedRun run, PairLoss? loss = null)
    {
        var beta = run.Number("beta");
        return (policy, reference) => (loss ?? new PairLoss.Sigmoid()).Evaluate(policy, reference, beta);
    }

    private static void Replay(RecordedRun run, LanguageModel model, IObjective<TokenBatch> objective, params string[] meaningOther) =>
        Replay(run, model, (run.Source(batch => batch), objective), meaningOther);

    internal static void Replay<TBatch>(
        RecordedRun run, LanguageModel model, (IBatchSource<TBatch> Source, IObjective<TBatch> Objective) method, params string[] meaningOther)
        where TBatch : ITrainingBatch
    {
        var progress = new ProgressList();

        new TrainingLoop([new(model)], run.Training, new("Replay", new() { Progress = progress }, _ => { })).Run(method.Source, method.Objective);

        progress.Reports.Should().HaveSameCount(run.Steps);
        foreach (var (actual, expected) in progress.Reports.Zip(run.Steps))
            RequireEqual(actual, expected, meaningOther);
        RequireFinal(run.Final, model);
    }

    private static void RequireEqual(TrainingProgress actual, JsonElement expected, string[] meaningOther)
    {
        var step = $"step {actual.Step}";
        var loss = expected.GetProperty("micro_losses").EnumerateArray().Sum(x => x.GetDouble());
        var norm = expected.GetProperty("grad_norm").GetDouble();
        actual.Loss.Should().BeApproximately(loss, 1e-4 * Math.Abs(loss), step);
        actual.GradientNorm.Should().BeApproximately(norm, 1e-3 * norm, step);
        actual.LearningRate.Should().BeApproximately(expected.GetProperty("learning_rate").GetDouble(), 1e-15, step);
        var metrics = expected.GetProperty("metrics");
        var common = metrics.EnumerateObject().Where(m => actual.Metrics.ContainsKey(m.Name) && !meaningOther.Contains(m.Name));
        foreach (var metric in common.Where(m => !IsDecidedByRounding(m.Name, metrics) && !IsMeanOfMeans(m.Name, expected)))
            Near.Relative(actual.Metrics[metric.Name], metric.Value.GetDouble(), 1e-4, $"{metric.Name} of {step}");
    }

    /// <summary>As long as the policy is the reference, the sign of a margin is that of its rounding error.</summary>
    private static bool IsDecidedByRounding(string name, JsonElement metrics) =>
        name == "rewards/accuracies" && Math.Abs(metrics.GetProperty("rewards/margins").GetDouble()) < 1e-4;

    /// <summary>The original tool averages it over micro-batches, whatever their numbers of tokens.</summary>
    private static bool IsMeanOfMeans(string name, JsonElement step) =>
        name == "mean_token_accuracy" && step.GetProperty("micro_losses").GetArrayLength() > 1;

    private static void RequireFinal(GoldenTensors final, LanguageModel model)
    {
        int[] ids = [.. final.Longs("input_ids").Select(id => (int)id)];
        var rows = PackedSequences.Of([ids]);
        using var noGrad = no_grad();
        var actual = model.RewardHead is null
            ? model.Forward(rows, new()).Logits()
            : model.Rewards(rows, new([], [], [], [0], [ids.Length - 1]), new());
        var expected = final.Floats("logits");

        // Where only the last position was recorded, it is compared alone.
        var values = actual.data<float>().ToArray()[^expected.Length..];
        values.Zip(expected, (a, e) => Math.Abs(a - e)).Max().Should().BeLessThan(1e-2f);
    }
}
