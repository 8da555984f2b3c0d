using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Native;

public sealed class ProcessMemoryTests
{
    [Fact]
    public void TouchedMemoryIsCounted()
    {
        const int size = 64 << 20;
        var before = ProcessMemory.Current;
        var block = new byte[size];
        for (var i = 0; i < size; i += 4096)
            block[i] = 1;

        ProcessMemory.Peak.Should().BeGreaterThanOrEqualTo(before + size / 2);
        ProcessMemory.Peak.Should().BeGreaterThanOrEqualTo(ProcessMemory.Current - size / 4);
        GC.KeepAlive(block);
    }
}
