global using FluentAssertions;
global using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
global using Xunit;

// Seeds are torch's, one for the process, and two trainings at a time would take each other's processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
