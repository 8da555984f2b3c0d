using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>A base with adapters and a head: what the handles of one model share.</summary>
internal sealed class ModelStack : ReferenceCounted
{
    private readonly Parameter[] _ownParameters;

    /// <param name="core">The base; the new stack holds a reference of its own.</param>
    /// <param name="adapters">In the order in which they were trained.</param>
    /// <param name="rewardHead">The head of a reward model, [1, D]; null for a policy.</param>
    /// <exception cref="ArgumentException">An adapter or the head does not fit the base.</exception>
    /// <exception cref="ObjectDisposedException">The base, an adapter or the head was freed before.</exception>
    public ModelStack(ModelCore core, IReadOnlyList<Adapter> adapters, Parameter? rewardHead)
    {
        (Core, Adapters, RewardHead) = (core, new(adapters), rewardHead);
        _ownParameters =
        [
            .. adapters.SelectMany(adapter => adapter.Updates.Values).SelectMany(update => new[] { update.A, update.B }),
            .. rewardHead is null ? [] : new[] { rewardHead },
        ];
        RequireFit();
        core.AddReference();
        try
        {
            SharedParameters.AddReference(_ownParameters);
        }
        catch
        {
            core.Release();
            throw;
        }
    }

    /// <summary>Gets the base.</summary>
    public ModelCore Core { get; }

    /// <summary>Gets the adapters by layer.</summary>
    public AdapterStack Adapters { get; }

    /// <summary>Gets the head of a reward model, [1, D]; null for a policy.</summary>
    public Parameter? RewardHead { get; }

    /// <summary>Gets the parameters that require gradients, in a fixed order: the base's, the adapters', the head.</summary>
    public IReadOnlyList<Parameter> Trainable =>
        [.. Core.Trainable, .. _ownParameters.Where(parameter => parameter.requires_grad)];

    /// <inheritdoc/>
    protected override void Free()
    {
        Adapters.Dispose();
        SharedParameters.Release(_ownParameters);
        Core.Release();
    }

    private void RequireFit()
    {
        if (_ownParameters.Any(parameter => parameter.IsInvalid))
            throw new ObjectDisposedException(
                null, "An adapter or the reward head was freed with the last model that had it and cannot be used again.");
        Adapters.RequireFit(Core.LinearShapes);
        if (RewardHead is not null && !RewardHead.shape.AsSpan().SequenceEqual([1, Core.Config.HiddenSize]))
            throw new ArgumentException(
                $"The reward head has shape [{string.Join(", ", RewardHead.shape)}]; for this model it must have [1, {Core.Config.HiddenSize}].");
    }
}
