namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>
/// What may be asked of two products that are equal in exact arithmetic. oneDNN adds up the terms of an entry one after the other, so that terms
/// of 0, rows of others and columns of others change no bit; MKL's order depends on all sizes.
/// </summary>
internal static class ProductRounding
{
    /// <summary>Whether such products are equal to the last bit with the kernel of this process.</summary>
    public static bool IsNone => AlignmentRuntime.Current.MatrixKernel == MatrixKernel.OneDnn;
}
