using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Training.Checkpoints;

/// <summary>All tensors that training changes, by name.</summary>
internal sealed class TrainedTensors
{
    /// <param name="policy">The model that trains.</param>
    /// <param name="optimizer">Its optimizer, over <see cref="Parameters"/> in that order.</param>
    /// <param name="hooks">What else has a state.</param>
    public TrainedTensors(LanguageModel policy, FusedAdamW optimizer, IReadOnlyList<IStepHook> hooks)
    {
        var parameters = Parameters(policy);
        Weights = parameters.ToDictionary(named => named.Name, named => (Tensor)named.Parameter);
        Others = parameters.Zip(optimizer.States).SelectMany(pair => Moments(pair.First.Name, pair.Second))
            .Concat(hooks.SelectMany((hook, index) => hook.State.Select(state => KeyValuePair.Create($"hook.{index}.{state.Key}", state.Value))))
            .ToDictionary();
    }

    /// <summary>Gets the weights that train.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Gets the optimizer's moments and what hooks keep.</summary>
    public IReadOnlyDictionary<string, Tensor> Others { get; }

    /// <summary>The parameters of a model that train, in the order of <see cref="LanguageModel.TrainableParameters"/>.</summary>
    public static IReadOnlyList<(string Name, Parameter Parameter)> Parameters(LanguageModel policy) =>
    [
        .. policy.Network.Weights.Select(weight => (weight.Key, weight.Value))
            .Concat(policy.Adapters.SelectMany(adapter => adapter.Updates.SelectMany(update => new[]
            {
                ($"{adapter.Name}.{update.Key}.lora_A.weight", update.Value.A), ($"{adapter.Name}.{update.Key}.lora_B.weight", update.Value.B),
            })))
            .Concat(policy.RewardHead is { } head ? [("score.weight", head)] : Array.Empty<(string, Parameter)>())
            .Where(named => named.Item2.requires_grad),
    ];

    private static KeyValuePair<string, Tensor>[] Moments(string name, AdamWState state) =>
    [
        KeyValuePair.Create($"{name}.step", state.Step),
        KeyValuePair.Create($"{name}.exp_avg", state.FirstMoment),
        KeyValuePair.Create($"{name}.exp_avg_sq", state.SecondMoment),
    ];
}
