using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Training;

/// <summary>All that training changes: tensors by name, and the stream of dropout.</summary>
internal sealed class TrainedTensors
{
    private readonly IReadOnlyList<ITrainingState> _states;
    private readonly Dictionary<string, Tensor> _moments;

    /// <param name="groups">The parameters that train, with their optimizers.</param>
    /// <param name="states">What else changes.</param>
    public TrainedTensors(IReadOnlyList<TrainedGroup> groups, IReadOnlyList<ITrainingState> states)
    {
        Dropout = groups[0].Group.Model.Dropout;
        _states = states;
        Weights = groups.SelectMany(Named).ToDictionary(named => named.Name, named => (Tensor)named.Parameter);
        _moments = groups.SelectMany(group => Named(group).Zip(group.Optimizer.States))
            .SelectMany(pair => Moments(pair.First.Name, pair.Second)).ToDictionary();
    }

    /// <summary>Gets the weights that train.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Writes down the optimizers' moments and the states.</summary>
    public StateBag SaveOthers()
    {
        var bag = new StateBag();
        foreach (var (name, moment) in _moments)
            bag.WriteTensor(name, moment);
        for (var index = 0; index < _states.Count; index++)
            _states[index].Save(bag.Under(PrefixOf(index)));
        return bag;
    }

    /// <summary>Takes back what <see cref="SaveOthers"/> wrote down.</summary>
    /// <exception cref="InvalidDataException">Something is missing, or has another shape.</exception>
    public void RestoreOthers(StateBag bag)
    {
        using var noGrad = no_grad();
        foreach (var (name, moment) in _moments)
            moment.copy_(bag.ReadTensor(name, moment.shape));
        for (var index = 0; index < _states.Count; index++)
            _states[index].Restore(bag.Under(PrefixOf(index)));
    }

    /// <summary>Gets what draws the inputs that are dropped.</summary>
    public DropoutStream Dropout { get; }

    /// <summary>The parameters of a model that train, in the order of <see cref="LanguageModel.TrainableParameters"/>.</summary>
    public static IReadOnlyList<(string Name, Parameter Parameter)> Parameters(LanguageModel model)
    {
        var own = model.Adapters.SelectMany(Matrices)
            .Concat(model.RewardHead is { } head ? [(ScalarHead.WeightName, head)] : Array.Empty<(string, Parameter)>())
            .Where(named => named.Item2.requires_grad).ToArray();
        // The weights of a base that does not train may not be in memory, and are not asked for.
        return own.Length == model.TrainableParameters.Count
            ? own
            : [.. model.Network.Weights.Select(weight => (weight.Key, weight.Value)).Where(named => named.Value.requires_grad), .. own];
    }

    private static IEnumerable<(string Name, Parameter Parameter)> Named(TrainedGroup trained) => Parameters(trained.Group.Model)
        .Select(named => trained.Group.Name == ParameterGroup.Policy ? named : ($"{trained.Group.Name}/{named.Name}", named.Parameter));

    private static string PrefixOf(int state) => FormattableString.Invariant($"hook.{state}.");

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
