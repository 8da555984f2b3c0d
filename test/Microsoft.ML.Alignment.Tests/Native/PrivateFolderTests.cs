using System.Runtime.Versioning;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Native;

[SupportedOSPlatform("linux")]
public sealed class PrivateFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _root = Directory.CreateTempSubdirectory("private-folder-test").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [LinuxFact]
    public void StoredFileHoldsTheContentUnderTheNameAndIsForTheOwnerOnly()
    {
        var folder = Path.Combine(_root, "cache");
        var file = PrivateFolder.Store(folder, "library.so", [1, 2, 3]);

        File.ReadAllBytes(file).Should().Equal(1, 2, 3);
        Path.GetFileName(file).Should().Be("library.so");
        File.GetUnixFileMode(folder).Should().Be(OwnerOnly);
        File.GetUnixFileMode(Path.GetDirectoryName(file)!).Should().Be(OwnerOnly);
        Directory.GetFiles(Path.GetDirectoryName(file)!).Should().ContainSingle("no temporary file stays behind");
    }

    [LinuxFact]
    public void OtherContentGetsAnotherPath()
    {
        var folder = Path.Combine(_root, "cache");
        PrivateFolder.Store(folder, "library.so", [1]).Should().NotBe(PrivateFolder.Store(folder, "library.so", [2]));
    }

    [LinuxFact]
    public void TamperedFileIsReplaced()
    {
        var folder = Path.Combine(_root, "cache");
        var file = PrivateFolder.Store(folder, "library.so", [1, 2, 3]);
        File.WriteAllBytes(file, [1, 2, 4]);

        PrivateFolder.Store(folder, "library.so", [1, 2, 3]).Should().Be(file);
        File.ReadAllBytes(file).Should().Equal(1, 2, 3);
    }

    [LinuxFact]
    public void LinkInPlaceOfTheFileIsReplacedNotFollowed()
    {
        var folder = Path.Combine(_root, "cache");
        var file = PrivateFolder.Store(folder, "library.so", [1, 2, 3]);
        var elsewhere = Path.Combine(_root, "elsewhere");
        File.Move(file, elsewhere);
        File.CreateSymbolicLink(file, elsewhere);

        PrivateFolder.Store(folder, "library.so", [1, 2, 3]);
        new FileInfo(file).LinkTarget.Should().BeNull();
    }

    [LinuxFact]
    public void FolderOpenToOthersIsRefused()
    {
        var folder = Path.Combine(_root, "open");
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, OwnerOnly | UnixFileMode.OtherWrite);

        FluentActions.Invoking(() => PrivateFolder.Ensure(folder)).Should().Throw<IOException>().WithMessage("*mode 0700*702*");
    }

    [LinuxFact]
    public void LinkToAFolderIsRefused()
    {
        var link = Path.Combine(_root, "link");
        Directory.CreateSymbolicLink(link, _root);

        FluentActions.Invoking(() => PrivateFolder.Ensure(link)).Should().Throw<IOException>().WithMessage("*no folder*");
    }
}
