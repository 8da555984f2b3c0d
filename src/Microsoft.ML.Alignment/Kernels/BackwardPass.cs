using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>What all kernel functions share in a backward pass.</summary>
internal static class BackwardPass
{
    [ThreadStatic]
    private static List<Tensor>? returned;
    private static Exception? failure;

    /// <summary>Throws what went wrong in a kernel's backward pass, whose gradients are then missing.</summary>
    /// <remarks>Called before every kernel's forward pass and every optimizer step, so that no failure stays unseen.</remarks>
    public static void ThrowIfFailed()
    {
        if (Interlocked.Exchange(ref failure, null) is { } exception)
            ExceptionDispatchInfo.Throw(exception);
    }

    /// <summary>Remembers what went wrong; the first failure is the cause of later ones.</summary>
    public static void Failed(Exception exception) => Interlocked.CompareExchange(ref failure, exception, null);

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
}
