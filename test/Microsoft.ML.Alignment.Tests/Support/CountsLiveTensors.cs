namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Tests that count the live tensors of the process run alone, after all others.</summary>
[CollectionDefinition(nameof(CountsLiveTensors), DisableParallelization = true)]
public sealed class CountsLiveTensors;
