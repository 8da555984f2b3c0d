using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>What AdamW remembers of one parameter; the tensors are the optimizer's own.</summary>
/// <param name="Step">Steps taken, float32. Shape <c>[]</c>.</param>
/// <param name="FirstMoment">Running mean of the gradient, of the parameter's shape.</param>
/// <param name="SecondMoment">Running mean of its square, of the parameter's shape.</param>
internal readonly record struct AdamWState(Tensor Step, Tensor FirstMoment, Tensor SecondMoment);

/// <summary>The constants of <see cref="FusedAdamW"/>.</summary>
/// <param name="Beta1">Decay of the first moment, in [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, in [0, 1).</param>
/// <param name="Epsilon">The term beside the root; above 0.</param>
/// <param name="WeightDecay">Decoupled decay of parameters with two dimensions or more; 0 or more.</param>
internal readonly record struct AdamWConstants(double Beta1, double Beta2, double Epsilon, double WeightDecay);

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019, arXiv:1711.05101, algorithm 2) in one pass over parameter, gradient and moments. Matrices decay;
/// norms and biases, which have one dimension, do not. Parameters are float32.
/// </summary>
internal sealed class FusedAdamW : IDisposable
{
    private static readonly Lazy<jit.CompilationUnit> Operations = new(() => jit.compile("""
        def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor],
                 lr: float, beta1: float, beta2: float, eps: float, decay: float):
            for t in s:
                t.add_(1)
            torch._fused_adamw_(p, g, m, v, [], s, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                                amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
            return s[0]

        def clip(g: List[Tensor], largest: float):
            total = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g, 2.0)))
            torch._foreach_mul_(g, torch.clamp(largest / (total + 1e-6), max=1.0))
            return total

        """));

    private readonly Parameter[] _parameters;
    private readonly AdamWState[] _states;
    private readonly AdamWConstants _constants;

    /// <summary>Creates the optimizer with moments of 0.</summary>
    /// <exception cref="ArgumentException">There is no parameter, or one is not float32.</exception>
    public FusedAdamW(IEnumerable<Parameter> parameters, AdamWConstants constants)
    {
        _parameters = [.. parameters];
        _constants = constants;
        if (_parameters.Length == 0)
            throw new ArgumentException("There is no parameter to train.", nameof(parameters));
        if (_parameters.FirstOrDefault(p => p.dtype != ScalarType.Float32) is { } other)
            throw new ArgumentException($"A parameter has type {other.dtype}; the optimizer trains float32 master weights.", nameof(parameters));
        using var noGrad = no_grad();
        _states = [.. _parameters.Select(Fresh)];
    }

    /// <summary>Gets the state of each parameter, in the order in which they were given; copy into the tensors to restore it.</summary>
    public IReadOnlyList<AdamWState> States => _states;

    /// <summary>Updates the parameters that have gradients.</summary>
    /// <param name="learningRate">The step size; 0 or more.</param>
    public void Step(double learningRate)
    {
        BackwardPass.ThrowIfFailed();
        BackwardPass.Flush();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var withGradient = _parameters.Select((p, i) => (Parameter: p, Gradient: p.grad, State: _states[i])).Where(e => e.Gradient is not null);
        using var rate = learningRate.ToScalar();
        using var beta1 = _constants.Beta1.ToScalar();
        using var beta2 = _constants.Beta2.ToScalar();
        using var epsilon = _constants.Epsilon.ToScalar();
        foreach (var group in withGradient.GroupBy(e => e.Parameter.dim() >= 2))
        {
            using var decay = (group.Key ? _constants.WeightDecay : 0.0).ToScalar();
            Operations.Value.invoke(
                "step",
                group.Select(e => (Tensor)e.Parameter).ToArray(), group.Select(e => e.Gradient!).ToArray(),
                group.Select(e => e.State.FirstMoment).ToArray(), group.Select(e => e.State.SecondMoment).ToArray(),
                group.Select(e => e.State.Step).ToArray(),
                rate, beta1, beta2, epsilon, decay);
        }
    }

    /// <summary>Scales the gradients so that their common norm is at most <paramref name="maxNorm"/>.</summary>
    /// <returns>The norm before; not finite if a gradient is not. 0 where there is no gradient.</returns>
    public double ClipGradients(double maxNorm)
    {
        BackwardPass.ThrowIfFailed();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var gradients = _parameters.Select(p => p.grad).OfType<Tensor>().ToArray();
        // Scalars that the call would make of numbers itself may be finalised before it reads them.
        using var largest = maxNorm.ToScalar();
        return gradients.Length == 0 ? 0 : ((Tensor)Operations.Value.invoke("clip", gradients, largest)).to_type(ScalarType.Float64).item<double>();
    }

    /// <summary>Drops the gradients and their memory.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in _parameters)
            parameter.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _states)
        {
            state.Step.Dispose();
            state.FirstMoment.Dispose();
            state.SecondMoment.Dispose();
        }
    }

    private static AdamWState Fresh(Parameter parameter) => new(
        zeros([], ScalarType.Float32, parameter.device).DetachFromDisposeScope(),
        zeros_like(parameter).DetachFromDisposeScope(),
        zeros_like(parameter).DetachFromDisposeScope());
}
