using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Makes torch usable in tests that touch it before any type of the library.</summary>
internal static class NativeLibrarySetup
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The test runner gives no earlier place.")]
    internal static void Initialize()
    {
        NativeLibraryLoader.EnsureLoaded();
        TorchSharp.torch.set_num_threads(1);
    }
}
