using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Tests.Native;

public sealed class ElfVersionNeedsTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const int FlagsOffset = MiniElf.Needs + 16 + 4;

    [Fact]
    public void NeedOfAnUnusedVersionBecomesWeakAndNothingElseChanges()
    {
        var library = MiniElf.Create(relocatedSymbol: 1);
        var before = (byte[])library.Clone();

        ElfVersionNeeds.TryWeaken(library, Version).Should().BeNull();

        library[FlagsOffset].Should().Be(2);
        library[FlagsOffset] = before[FlagsOffset];
        library.Should().Equal(before);
    }

    [Fact]
    public void NeedOfAUsedVersionIsLeftAlone()
    {
        var library = MiniElf.Create(relocatedSymbol: 2);
        var before = (byte[])library.Clone();

        ElfVersionNeeds.TryWeaken(library, Version).Should().Contain("symbol 2").And.Contain("is used");
        library.Should().Equal(before);
    }

    [Fact]
    public void VersionNobodyAsksForIsReported() =>
        ElfVersionNeeds.TryWeaken(MiniElf.Create(relocatedSymbol: 1), "GLIBCXX_3.4.3").Should().Contain("does not ask for");

    [Fact]
    public void EveryTruncationIsRefused()
    {
        var whole = MiniElf.Create(relocatedSymbol: 1);
        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            ElfVersionNeeds.TryWeaken(part, Version).Should().NotBeNull("only {0} of {1} bytes are there", length, whole.Length);
            part.Should().Equal(whole[..length]);
        }
    }

    [Fact]
    public void GarbageBehindAGoodHeaderNeverEscapes()
    {
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var library = MiniElf.Create(relocatedSymbol: 1);
            for (var i = 0; i < 4; i++)
                library[random.Next(0x28, library.Length)] = (byte)random.Next(256);
            FluentActions.Invoking(() => ElfVersionNeeds.TryWeaken(library, Version)).Should().NotThrow();
        }
    }

    [Theory]
    [InlineData(0, 0x7e)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    public void OtherKindsOfFileAreRefused(int offset, byte value)
    {
        var library = MiniElf.Create(relocatedSymbol: 1);
        library[offset] = value;
        ElfVersionNeeds.TryWeaken(library, Version).Should().Contain("no intact 64-bit ELF library");
    }

    /// <summary>A library with two symbols: number 1 has no version, number 2 has the version in question.</summary>
    private static class MiniElf
    {
        public const int Needs = 64;
        private const int Names = Needs + 32;
        private const int Versions = Names + 32;
        private const int Symbols = Versions + 8;
        private const int Relocations = Symbols + 72;
        private const int Sections = Relocations + 24;

        public static byte[] Create(uint relocatedSymbol)
        {
            var file = new byte[Sections + 5 * 64];
            byte[] magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
            magic.CopyTo(file, 0);
            Put64(file, 0x28, Sections);
            Put16(file, 0x3a, 64);
            Put16(file, 0x3c, 5);
            Put16(file, Needs + 2, 1);
            Put32(file, Needs + 8, 16);
            Put16(file, Needs + 16 + 6, 7);
            Put32(file, Needs + 16 + 8, 4);
            Encoding.ASCII.GetBytes(Version).CopyTo(file, Names + 4);
            Put16(file, Versions + 4, 7);
            Put32(file, Relocations + 12, relocatedSymbol);
            PutSection(file, 0, 0x6ffffffe, Needs, 32, 1);
            PutSection(file, 1, 3, Names, 32, 0);
            PutSection(file, 2, 0x6fffffff, Versions, 6, 0);
            PutSection(file, 3, 11, Symbols, 72, 0);
            PutSection(file, 4, 4, Relocations, 24, 0);
            return file;
        }

        private static void PutSection(byte[] file, int index, uint type, int offset, int size, uint link)
        {
            var header = Sections + index * 64;
            Put32(file, header + 4, type);
            Put64(file, header + 24, offset);
            Put64(file, header + 32, size);
            Put32(file, header + 40, link);
        }

        private static void Put16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

        private static void Put32(byte[] file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);

        private static void Put64(byte[] file, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(at), value);
    }
}
