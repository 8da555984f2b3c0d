using Microsoft.ML.Alignment.Native;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Native;

public sealed class NativeLibraryLoaderTests
{
    [Fact]
    public void TorchComputes()
    {
        NativeLibraryLoader.EnsureLoaded();
        using var sum = torch.ones(3, 4).sum();
        sum.item<float>().Should().Be(12);
    }

    [Fact]
    public void LoadingTwiceIsHarmless()
    {
        var twice = () =>
        {
            NativeLibraryLoader.EnsureLoaded();
            NativeLibraryLoader.EnsureLoaded();
        };
        twice.Should().NotThrow();
    }

    [Fact]
    public void FoldersOfTheHostComeFirstAndNoneTwice()
    {
        var folders = NativeLibraryFolders.Candidates().ToArray();
        folders.Should().OnlyHaveUniqueItems();
        folders.Should().Contain(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        folders.Should().NotContain(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..")), "that is not the application's own");
        NativeLibraryFolders.Find("no-such-library.so").Should().BeNull();
    }
}
