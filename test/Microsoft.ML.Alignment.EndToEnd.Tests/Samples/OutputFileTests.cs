using FluentAssertions;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class OutputFileTests
{
    [Fact]
    public void AFailureLeavesTheOldFileAndNothingElse()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var path = Path.Combine(folder, "new", "file");
            OutputFile.Write(path, partial => File.WriteAllText(partial, "old"));
            var fail = () => OutputFile.Write(path, partial =>
            {
                File.WriteAllText(partial, "half");
                throw new IOException();
            });
            fail.Should().Throw<IOException>();
            Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
            File.ReadAllText(path).Should().Be("old");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
