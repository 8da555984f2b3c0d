namespace Microsoft.ML.Alignment;

/// <summary>How this process computes.</summary>
public sealed record AlignmentRuntimeOptions
{
    /// <summary>Gets the float32 matrix kernel. The default is the faster one by a short trial.</summary>
    public MatrixKernel MatrixKernel { get; init; } = MatrixKernel.Auto;

    /// <summary>Gets the threads of one tensor operation. At least 1; null leaves what TorchSharp chose, usually one a core.</summary>
    public int? Threads { get; init => field = Require.AtLeastOrNull(1, value); }
}
