namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Tests that count all tensors of the process or change how it computes; no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "alone";
}
