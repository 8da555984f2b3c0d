using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Training.Checkpoints;

/// <summary>All that training changes: tensors by name, and the stream of dropout.</summary>
internal sealed class TrainedTensors
{
    /// <param name="policy">The model that trains.</param>
    /// <param name="optimizer">Its optimizer, over <see cref="Parameters"/> in that order.</param>
    /// <param name="hooks">What else has a state.</param>
    public TrainedTensors(LanguageModel policy, FusedAdamW optimizer, IReadOnlyList<IStepHook> hooks)
    {
        Dropout = policy.Dropout;
        var parameters = Parameters(policy);
        Weights = parameters.ToDictionary(named => named.Name, named => (Tensor)named.Parameter);
        Others = parameters.Zip(optimizer.States).SelectMany(pair => Moments(pair.First.Name, pair.Second))
            .Concat(hooks.SelectMany((hook, index) => hook.State.Select(
                state => KeyValuePair.Create($"hook.{index}.{state.Key}", state.Value))))
            .ToDictionary();
    }

    /// <summary>Gets the weights that train.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Gets the optimizer's moments and what hooks keep.</summary>
    public IReadOnlyDictionary<string, Tensor> Others { get; }

    /// <summary>Gets what draws the inputs that are dropped.</summary>
    public DropoutStream Dropout { get; }

    /// <summary>The parameters of a model that train, in the order of <see cref="LanguageModel.TrainableParameters"/>.</summary>
    public static IReadOnlyList<(string Name, Parameter Parameter)> Parameters(LanguageModel policy)
    {
        var own = policy.Adapters.SelectMany(Matrices)
            .Concat(policy.RewardHead is { } head ? [("score.weight", head)] : Array.Empty<(string, Parameter)>())
            .Where(named => named.Item2.requires_grad).ToArray();
        // The weights of a base that does not train may not be in memory, and are not asked for.
        return own.Length == policy.TrainableParameters.Count
            ? own
            : [.. policy.Network.Weights.Select(weight => (weight.Key, weight.Value)).Where(named => named.Value.requires_grad), .. own];
    }

    private static IEnumerable<(string Name, Parameter Parameter)> Matrices(Adapter adapter) =>
        from update in adapter.Updates
        from matrix in new[] { ("lora_A", update.Value.A), ("lora_B", update.Value.B) }
        select ($"{adapter.Name}.{update.Key}.{matrix.Item1}.weight", matrix.Item2);

    private static KeyValuePair<string, Tensor>[] Moments(string name, AdamWState state) =>
    [
        KeyValuePair.Create($"{name}.step", state.Step),
        KeyValuePair.Create($"{name}.exp_avg", state.FirstMoment),
        KeyValuePair.Create($"{name}.exp_avg_sq", state.SecondMoment),
    ];
}
