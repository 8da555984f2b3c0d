using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>SFT on sloppy rows, a reward model and DPO on pairs, fitted by one <c>Fit</c>.</summary>
public sealed class VerbChain : IDisposable
{
    private static readonly GenerationOptions FewTokens = new() { MaxNewTokens = 10 };
    private readonly TransformerChain<PolicyTransformer> _fitted;
    private readonly TemporaryFolder _folder = new();

    /// <summary>Fits the chain.</summary>
    /// <param name="lora">Whether adapters train, or else all weights.</param>
    /// <param name="seed">The context's.</param>
    /// <param name="maxSteps">Most steps of each stage.</param>
    public VerbChain(bool lora, int seed = 1, int? maxSteps = null)
    {
        BasePath = StoriesModel.CopyTo(_folder);
        Context = new(seed);
        var align = Context.Alignment();
        var adapter = lora ? new LoraOptions { Rank = 16, Alpha = 32 } : null;
        var training = new TrainingOptions { BatchSize = 16, MaxSteps = maxSteps };
        _fitted = align.BaseModel(BasePath, new() { Generation = FewTokens })
            .Append(align.Trainers.Sft(
                new() { Lora = adapter, Training = training with { Epochs = lora ? 16 : 10, LearningRate = lora ? 4e-3 : 2e-3 }, Generation = FewTokens },
                VerbTask.Sloppy(Context)))
            .Append(align.Trainers.RewardModel(new() { Lora = adapter, Training = training with { Epochs = 8, LearningRate = lora ? 3e-3 : 1e-3 } }))
            .Append(align.Trainers.Dpo(new()
            {
                Lora = adapter,
                Training = training with { Epochs = 8, LearningRate = lora ? 5e-4 : 3e-4 },
                SftWeight = 1,
                Generation = FewTokens,
            }))
            .Fit(VerbTask.Pairs(Context));
    }

    public MLContext Context { get; }

    /// <summary>The folder of the base model.</summary>
    public string BasePath { get; }

    public PolicyTransformer Base => (PolicyTransformer)_fitted.ElementAt(0);

    public PolicyTransformer Sft => (PolicyTransformer)_fitted.ElementAt(1);

    public RewardModelTransformer RewardModel => (RewardModelTransformer)_fitted.ElementAt(2);

    public PolicyTransformer Dpo => _fitted.LastTransformer;

    public ITransformer Fitted => _fitted;

    /// <summary>Log-probabilities of the answers in the held-out wording, in nats, one a verb.</summary>
    public double[] LogProbs(PolicyTransformer policy, bool right) =>
        [.. policy.Model.ScoreCompletions(VerbTask.HeldOut(Context, right)).Select(logProb => logProb.Sum)];

    /// <summary>How much likelier the past form is than the wrong one in the held-out wording, in nats, one a verb.</summary>
    public double[] Margins(PolicyTransformer policy) => [.. LogProbs(policy, right: true).Zip(LogProbs(policy, right: false), (r, w) => r - w)];

    /// <summary>Greedy answers in the held-out wording, one a verb.</summary>
    public string[] Answers(PolicyTransformer policy) =>
        [.. policy.Transform(VerbTask.HeldOut(Context, right: true)).GetColumn<string>(nameof(Answer.GeneratedCompletion))];

    public void Dispose()
    {
        _fitted.Dispose();
        _folder.Dispose();
    }
}

/// <summary>The chain with an adapter a stage.</summary>
public sealed class LoraVerbChain : IDisposable
{
    public VerbChain Chain { get; } = new(lora: true);

    public void Dispose() => Chain.Dispose();
}

/// <summary>The chain in which every stage trains a copy of all weights.</summary>
public sealed class FullVerbChain : IDisposable
{
    public VerbChain Chain { get; } = new(lora: false);

    public void Dispose() => Chain.Dispose();
}
