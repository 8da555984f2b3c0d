using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Native;

[Collection(RunsAlone.Name)]
public sealed unsafe class ProcessMemoryTests
{
    [Fact]
    public void TouchedMemoryIsCounted()
    {
        const int size = 64 << 20;
        GC.Collect(); // the collector returns memory when it likes, and here not beside the test
        var before = Environment.WorkingSet;
        var block = (byte*)NativeMemory.Alloc(size); // of its own pages, where managed memory may have been touched before
        for (var i = 0; i < size; i += 4096)
            block[i] = 1;

        ProcessMemory.Peak.Should().BeGreaterThanOrEqualTo(before + size / 2);
        ProcessMemory.Peak.Should().BeGreaterThanOrEqualTo(Environment.WorkingSet - size / 4);
        NativeMemory.Free(block);
    }
}
