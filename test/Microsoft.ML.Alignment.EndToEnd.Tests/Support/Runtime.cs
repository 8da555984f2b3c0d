using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>
/// One kernel and one thread for all tests: numbers are a function of both, and matrices so small are not worth more threads.
/// </summary>
internal static class Runtime
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The test runner gives no earlier place.")]
    internal static void Configure() => AlignmentRuntime.Configure(new() { MatrixKernel = MatrixKernel.Mkl, Threads = 1 });
}
