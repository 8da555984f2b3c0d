using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// The backward pass of one graph, which learns what went wrong in the kernels of that graph, and in no other, whichever thread they run on.
/// </summary>
internal sealed class BackwardPass : IDisposable
{
    [ThreadStatic]
    private static List<Tensor>? returned;
    [ThreadStatic]
    private static BackwardPass? current;

    private readonly BackwardPass? _outer;
    private Exception? _failure;

    private BackwardPass(BackwardPass? outer) => _outer = outer;

    /// <summary>Gets the pass that graphs made on this thread belong to.</summary>
    public static BackwardPass Current => current ??= new(null);

    /// <summary>Begins a pass: it has the graphs that this thread makes until it is disposed.</summary>
    public static BackwardPass Begin() => current = new(current);

    /// <summary>
    /// Throws what went wrong in a backward pass of this thread's graphs, whose gradients are then missing. Called before every kernel's
    /// forward pass and every optimizer step, so that no failure stays unseen.
    /// </summary>
    public static void ThrowIfFailed() => current?.Throw();

    /// <summary>Hands gradients to autograd, which takes a reference of its own; our wrappers are freed at the next call.</summary>
    public static List<Tensor> Return(Tensor?[] gradients)
    {
        Flush();
        (returned ??= []).AddRange(gradients.OfType<Tensor>());
        return [.. gradients.Select(gradient => gradient!)];
    }

    /// <summary>Frees the wrappers of the gradients that this thread returned last; called after a backward pass.</summary>
    public static void Flush()
    {
        foreach (var tensor in returned ?? [])
            tensor.Dispose();
        returned?.Clear();
    }

    /// <summary>Computes the gradients of a loss that was made since the pass began.</summary>
    /// <exception cref="Exception">What went wrong in a kernel; gradients are missing.</exception>
    public void Run(Tensor loss)
    {
        loss.backward();
        Flush();
        Throw();
    }

    /// <summary>Remembers what went wrong; the first failure is the cause of later ones.</summary>
    public void Failed(Exception exception) => Interlocked.CompareExchange(ref _failure, exception, null);

    /// <summary>Ends the pass; what failed in it concerns nobody any more.</summary>
    public void Dispose() => current = _outer;

    private void Throw()
    {
        if (Interlocked.Exchange(ref _failure, null) is { } exception)
            ExceptionDispatchInfo.Throw(exception);
    }
}
