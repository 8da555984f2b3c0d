using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment;

/// <summary>
/// How this process computes: the matrix kernel and the number of threads. Results are a function of both, to the last bit.
/// </summary>
public static class AlignmentRuntime
{
    private static readonly Lock Gate = new();
    private static readonly Lazy<(bool IsFast, bool IsSure)> FastBFloat16 = new(MatrixKernelTrial.CompareBFloat16);
    private static MatrixKernel? kernel;
    private static AlignmentRuntimeOptions asked = new();

    /// <summary>Sets how this process computes. Not while a model trains, whose run would then not be repeatable.</summary>
    /// <exception cref="NativeLibraryException">TorchSharp's native library cannot be loaded.</exception>
    /// <exception cref="NotSupportedException">
    /// The kernel that was asked for is not there, or rounds to bfloat16 on this processor.
    /// </exception>
    public static void Configure(AlignmentRuntimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        NativeLibraryLoader.EnsureLoaded();
        lock (Gate)
        {
            asked = new() { MatrixKernel = options.MatrixKernel, Threads = options.Threads ?? asked.Threads };
            if (options.Threads is { } threads)
                set_num_threads(threads);
            kernel = MatrixKernelTrial.Choose(options.MatrixKernel);
        }
    }

    /// <summary>Says in one line how this process computes, for logs; makes the choice if it was not made yet.</summary>
    /// <exception cref="NativeLibraryException">TorchSharp's native library cannot be loaded.</exception>
    public static string Describe()
    {
        var current = Current;
        var advice = (BFloat16IsFast ? "bfloat16 is faster" : "bfloat16 is not faster")
            + (FastBFloat16.Value.IsSure ? "" : " (unsure, the machine was busy)");
        return $"matrix kernel {current.MatrixKernel}, {current.Threads} threads, {advice}{MatrixKernelTrial.Describe()}";
    }

    /// <summary>Gets the choice in force, never <see cref="MatrixKernel.Auto"/>; makes it if it was not made yet.</summary>
    /// <remarks>Read before a model's first product, recorded in checkpoints, and configured again before resuming from one.</remarks>
    internal static AlignmentRuntimeOptions Current
    {
        get
        {
            NativeLibraryLoader.EnsureLoaded();
            lock (Gate)
            {
                kernel ??= MatrixKernelTrial.Choose(MatrixKernel.Auto);
                return new() { MatrixKernel = kernel.Value, Threads = get_num_threads() };
            }
        }
    }

    /// <summary>
    /// Computes as a run did when it was begun, so that it can be gone on with, as far as nobody asked for something else.
    /// </summary>
    internal static void Adopt(AlignmentRuntimeOptions recorded)
    {
        NativeLibraryLoader.EnsureLoaded();
        lock (Gate)
        {
            if (asked.Threads is null && recorded.Threads is { } threads)
                set_num_threads(threads);
            if (asked.MatrixKernel == MatrixKernel.Auto && kernel != recorded.MatrixKernel)
                kernel = MatrixKernelTrial.Choose(recorded.MatrixKernel);
        }
    }

    /// <summary>Gets whether bfloat16 products are clearly faster than float32 ones here, by a trial; for advice only.</summary>
    internal static bool BFloat16IsFast => FastBFloat16.Value.IsFast;
}
