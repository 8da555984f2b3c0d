using System.Runtime.InteropServices;
using FluentAssertions;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class PeakMemoryTests
{
    private const int Block = 512 << 20;
    private const int Page = 4096;

    [Fact]
    public void ARestartForgetsWhatIsNoLongerHeld()
    {
        var block = Marshal.AllocHGlobal(Block);
        for (var offset = 0; offset < Block; offset += Page)
            Marshal.WriteByte(block, offset, 1);
        Marshal.FreeHGlobal(block);
        var peak = PeakMemory.Bytes;
        PeakMemory.Restart();
        // Other tests run beside this one; what they hold changes by far less.
        PeakMemory.Bytes.Should().BeLessThan(peak - (Block / 2));
    }
}
