using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// A tensor function with a backward pass of its own, made safe: temporaries, gradients and saved tensors are freed at the first moment
/// at which nobody needs them, and an exception in backward does not abort the process.
/// </summary>
internal abstract class KernelFunction<TSelf> : autograd.SingleTensorFunction<TSelf>
    where TSelf : KernelFunction<TSelf>, new()
{
    private const string SavedKey = "saved";

    /// <inheritdoc/>
    public sealed override string Name => typeof(TSelf).Name;

    /// <inheritdoc/>
    public sealed override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // Without this an undefined gradient would be made from a tensor that the scope below disposes.
        ctx.set_materialize_grads(false);
        var saved = new SavedForBackward();
        ctx.save_data(SavedKey, (saved, vars.Length, BackwardPass.Current));
        return Forward(saved, vars);
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "An exception that leaves backward aborts the process; it is rethrown later.")]
    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (saved, inputCount, pass) = ((SavedForBackward, int, BackwardPass))ctx.get_data(SavedKey);
        var gradients = new Tensor?[inputCount];
        try
        {
            if (!grad_output.IsInvalid)
                ComputeGradients(saved, grad_output, gradients);
        }
        catch (Exception e)
        {
            pass.Failed(e);
            Array.Clear(gradients);
        }

        saved.Release();
        grad_output.Dispose();
        return BackwardPass.Return(gradients);
    }

    /// <summary>Applies the function; what it makes besides the result is freed.</summary>
    protected static Tensor Run(params object[] inputs)
    {
        BackwardPass.ThrowIfFailed();
        using var scope = NewDisposeScope();
        return apply(inputs).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the result, without grad, and keeps what backward needs.</summary>
    protected abstract Tensor Forward(SavedForBackward saved, object[] inputs);

    /// <summary>Computes the gradient of each input from that of the result; null for inputs that need none.</summary>
    protected abstract Tensor?[] Backward(SavedForBackward saved, Tensor gradient);

    private void ComputeGradients(SavedForBackward saved, Tensor gradient, Tensor?[] gradients)
    {
        using var scope = NewDisposeScope();
        var computed = Backward(saved, gradient);
        foreach (var tensor in computed)
            tensor?.DetachFromDisposeScope();
        computed.CopyTo(gradients, 0);
    }
}
