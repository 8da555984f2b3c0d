namespace Microsoft.ML.Alignment.Training;

/// <summary>Native scalars that calls such as <c>tensor * 2</c> make of numbers.</summary>
internal static class ImplicitScalars
{
    /// <summary>
    /// Frees their native blocks. No dispose scope owns them, and managed memory grows too slowly for the collector to come by itself:
    /// without this they pin holes between the big blocks, and memory grows step by step.
    /// </summary>
    public static void Free()
    {
        GC.Collect(0);
        GC.WaitForPendingFinalizers();
    }
}
