namespace Microsoft.ML.Alignment;

/// <summary>Which library multiplies float32 matrices on the CPU.</summary>
public enum MatrixKernel
{
    /// <summary>The faster of those that are there and exact to float32, by a trial of a few milliseconds at the first use.</summary>
    Auto,
    /// <summary>Intel MKL, the one that is always there.</summary>
    Mkl,
    /// <summary>oneDNN; on linux-x64 only, and only where it does not round to bfloat16.</summary>
    OneDnn,
}
