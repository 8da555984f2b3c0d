using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Tests.Architecture;

/// <summary>Rules that hold for every source file.</summary>
public sealed partial class SourceRuleTests
{
    private const int MostLines = 300;
    private const int MostLinesOfATest = 400;
    private const int MostBytesOfALine = 150;

    [Fact]
    public void FilesAreShort()
    {
        Repository.SourceFiles.Should().HaveCountGreaterThan(100);
        var tooLong = Repository.SourceFiles.Select(path => (path, count: Repository.Lines(path).Length))
            .Where(file => file.count > (file.path.StartsWith("test/", StringComparison.Ordinal) ? MostLinesOfATest : MostLines));
        tooLong.Should().BeEmpty();
    }

    [Fact]
    public void LinesFitOnAScreen() =>
        (from path in Repository.SourceFiles
         where path.StartsWith("src/Microsoft.ML.Alignment", StringComparison.Ordinal)
         from line in Repository.Lines(path)
         where Encoding.UTF8.GetByteCount(line) > MostBytesOfALine
         select $"{path}: {line.Trim()}").Should().BeEmpty($"lines of src have {MostBytesOfALine} bytes at most");

    [Fact]
    public void FilesThatPagesNameAreThere() =>
        (from page in Repository.TextFiles.Where(path => path is "README.md" or "CONTRIBUTING.md" || path.StartsWith("docs/", StringComparison.Ordinal))
         from line in Repository.Lines(page)
         from Match named in SourceFileName().Matches(line)
         where !Repository.SourceFiles.Any(path => $"/{path}".EndsWith($"/{named.Groups[1].Value}", StringComparison.Ordinal))
         select $"{page}: {named.Value}").Should().BeEmpty();

    // The only argument of sum(0) becomes the data type Byte, not the dimension.
    [Fact]
    public void ReductionsNameTheirDimensionAsALong() =>
        Matches(Repository.SourceFiles, IntegerReduction()).Should().BeEmpty("write sum(0L) or sum([0L])");

    // What trains beside it would draw from it too.
    [Fact]
    public void NothingDrawsFromTheGeneratorOfTheProcess() =>
        Matches(Repository.SourceFiles.Where(path => path.StartsWith("src/Microsoft.ML.Alignment/", StringComparison.Ordinal)), GlobalGenerator())
            .Should().BeEmpty("a run has generators of its own");

    [Fact]
    public void NothingIsLeftForLater() =>
        Matches(Repository.SourceFiles.Where(path => !path.EndsWith("SourceRuleTests.cs", StringComparison.Ordinal)), Unfinished()).Should().BeEmpty();

    [Fact]
    public void WarningsAreMendedAndNotSilenced() =>
        Matches(Repository.SourceFiles.Where(path => !path.EndsWith("SourceRuleTests.cs", StringComparison.Ordinal)), Silenced()).Should().BeEmpty();

    [Fact]
    public void NoFileNamesAPathOfOneMachine() => Matches(Repository.TextFiles, MachinePath()).Should().BeEmpty();

    private static IEnumerable<string> Matches(IEnumerable<string> paths, Regex pattern) =>
        from path in paths
        from line in Repository.Lines(path).Select((text, index) => (text, number: index + 1))
        where pattern.IsMatch(line.text)
        select $"{path}:{line.number}: {line.text.Trim()}";

    [GeneratedRegex(@"`([\w./]+\.cs)`")]
    private static partial Regex SourceFileName();

    [GeneratedRegex(@"\.(sum|mean|prod)\(-?\d+\)")]
    private static partial Regex IntegerReduction();

    [GeneratedRegex(@"(?<!\.)\bmanual_seed\(|Generator\.Default|functional\.dropout|\brand\w*\((?![^;]*generator)")]
    private static partial Regex GlobalGenerator();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"#pragma|#region|#nullable disable")]
    private static partial Regex Silenced();

    [GeneratedRegex(@"(?<![\w./~-])/(work|home|root|farm|Users)/\w|\b[A-Z]:\\\\?\w")]
    private static partial Regex MachinePath();
}
