using System.Text.Json;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A run of TRL's PPO: its responses are replayed through the objects that the trainer builds.</summary>
internal sealed class RecordedPpo : IDisposable
{
    private static readonly SamplingSettings Sampling = new(10, 0.7, Precision.Float32);
    private static readonly BatchPlan Whole = new(8, 8, 0, Shuffle: false);

    private readonly JsonElement _run;
    private readonly LanguageModel _base = StoriesModel.Load();
    private readonly LanguageModel _reward;
    private readonly Critic _critic;
    private readonly TrainedGroup[] _groups;
    private readonly CriticAdvantages _judge;
    private readonly ActorCriticObjective _objective;
    private readonly RolloutScorer _scorer;

    public RecordedPpo(string name)
    {
        _run = JsonDocument.Parse(Golden.Text($"trajectories/{name}/run.json")).RootElement.Clone();
        string File(string file) => Golden.Path($"trajectories/{name}/{file}");
        Policy = name == "ppo-lora" ? _base.WithAdapter(File("initial-adapter"), "ppo") : _base.TrainableCopy();
        _reward = _base.With([], StoriesModel.RewardHead(File("initial-reward-head.safetensors")));
        using (var copy = _base.TrainableCopy())
            _critic = new(copy.With([], StoriesModel.RewardHead(File("initial-value-head.safetensors"))));
        Final = new(File("final.safetensors"));
        var training = new TrainingOptions { AdamEpsilon = Option("adam_epsilon"), MaxGradientNorm = 1e9 }.Resolve(new(1, 1), seed: 0);
        _groups = [new(new(Policy), training), new(new(_critic.Model) { Name = "critic" }, training)];
        _judge = new(new(Option("gamma"), Option("lam")), Alone.Instance.Sum)
        {
            WhitensRewards = Options.GetProperty("whiten_rewards").GetBoolean(),
        };
        if (Options.GetProperty("kl_estimator").GetString() == "k3")
            _judge = new(new(Option("gamma"), Option("lam")), Alone.Instance.Sum) { WhitensRewards = true, Divergences = K3 };
        var loss = new PolicyLoss.Clipped { Range = Option("cliprange") };
        var gradient = new PolicyGradientObjective(Policy, new(loss, TokenAveraging.Step, Sampling.MaxNewTokens) { Temperature = Sampling.Temperature });
        _objective = new(gradient, _critic, new(Option("vf_coef"), Option("cliprange_value"), Precision.Float32));
        _scorer = new(Policy, _base, _critic, Sampling);
    }

    public LanguageModel Policy { get; }

    public GoldenTensors Final { get; }

    public IEnumerable<JsonElement> Updates => _run.GetProperty("updates").EnumerateArray();

    private JsonElement Options => _run.GetProperty("options");

    /// <summary>The recorded responses of an update, scored and judged by the policy as it is.</summary>
    public SampledGroup[] Round(JsonElement update)
    {
        var queries = update.GetProperty("queries").EnumerateArray().Select(Ids);
        SampledGroup[] groups = [.. queries.Zip(update.GetProperty("responses").EnumerateArray().Select(Ids))
            .Select((pair, at) => new SampledGroup(at, pair.First, [new(pair.Second, ended: false)]))];
        SampledCompletion[] seen = [.. groups.Select(group => new SampledCompletion("", "", RewardRow.Empty) { PromptIds = group.Prompt, Ids = group.Rows[0].Ids })];
        var scores = new ModelReward(_reward, Whole, Precision.Float32).ScoreAsync(seen).GetAwaiter().GetResult();
        for (var i = 0; i < groups.Length; i++)
            groups[i].Rows[0].Score = scores[i];
        foreach (var packed in RolloutPacking.Pack(groups, Whole))
            _scorer.Read(packed, ofPolicy: true);
        _judge.Give(groups, Option("kl_coef"));
        return groups;
    }

    /// <summary>Takes the optimizer step of a recorded mini-batch.</summary>
    /// <returns>What it gave, and the gradient norms of policy and critic.</returns>
    public (IReadOnlyDictionary<string, double> Metrics, double[] Norms) Step(IReadOnlyList<SampledGroup> groups, JsonElement miniBatch, double rate)
    {
        using var scope = NewDisposeScope();
        foreach (var group in _groups)
            group.Optimizer.ZeroGrad();
        var rows = Ids(miniBatch.GetProperty("rows"));
        RolloutBatch[] batches = [.. RolloutPacking.Pack([.. rows.Select(row => groups[row])], Whole).Select(packed => packed.ToBatch(isFirstStep: false))];
        var step = _objective.Begin(batches);
        StepResult[] results = [.. batches.Select(step.Evaluate)];
        foreach (var result in results)
            result.Loss.backward();
        double[] norms = [.. _groups.Select(group => group.ClipGradients())];
        var summary = StepSummary.Read([.. results.Select(result => result with { Loss = result.Loss.detach() })], norms[0]);
        foreach (var group in _groups)
            group.Step(rate);
        return (summary.Metrics, norms);
    }

    /// <summary>The critic's values before each token of ids, as it is.</summary>
    public float[] Values(long[] ids)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = new PackedRows(ids, [.. Enumerable.Range(0, ids.Length).Select(p => (long)p)], 0, [new(0, ids.Length, [])]);
        var all = Enumerable.Range(0, ids.Length).Select(row => (long)row).ToArray();
        return _critic.Model.Forward(rows, new()).Values(new(_critic.Model.RewardHead!), all).data<float>().ToArray();
    }

    public void Dispose()
    {
        foreach (var group in _groups)
            group.Dispose();
        _critic.Model.Dispose();
        _reward.Dispose();
        Policy.Dispose();
        _base.Dispose();
    }

    private double Option(string name) => Options.GetProperty(name).GetDouble();

    private static double[] K3(SampledRow row) => [.. row.LogProbs!.Zip(row.ReferenceLogProbs!, (policy, reference) =>
    {
        var d = (double)reference - policy;
        return Math.Exp(d) - 1 - d;
    })];

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];
}
