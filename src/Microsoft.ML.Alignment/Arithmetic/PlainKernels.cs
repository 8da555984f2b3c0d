namespace Microsoft.ML.Alignment.Arithmetic;

/// <summary>
/// When kernels give way to their plain twins, which do the same with operations of libtorch alone: away from the processor, whose memory
/// the kernels read, and where they are forced to, so that both can be compared.
/// </summary>
internal static class PlainKernels
{
    private static readonly AsyncLocal<bool> Forced = new();

    /// <summary>Gets whether they are forced, on this thread.</summary>
    public static bool AreForced => Forced.Value;

    /// <summary>Whether the plain twin of a kernel that reads memory of the processor computes on a tensor.</summary>
    public static bool Serve(Tensor tensor) => Forced.Value || tensor.device_type != DeviceType.CPU;

    /// <summary>Runs something on this thread with the plain twins alone, forward and backward.</summary>
    public static void Run(Action action)
    {
        Forced.Value = true;
        try
        {
            action();
        }
        finally
        {
            Forced.Value = false;
        }
    }
}
