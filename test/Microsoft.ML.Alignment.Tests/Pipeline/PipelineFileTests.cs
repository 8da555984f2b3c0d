using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>Saving replaces a file when the new one is whole, and not before.</summary>
public sealed class PipelineFileTests(AlignedChain chain) : IClassFixture<AlignedChain>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsSavedIsLoaded()
    {
        var align = chain.Context.Alignment();
        align.Save(chain.Fitted, chain.Pairs.Schema, _folder["model.zip"]);

        using var loaded = (TransformerChain<ITransformer>)new MLContext().Alignment().Load(_folder["model.zip"], out var schema);

        schema.Select(column => column.Name).Should().Equal("Prompt", "Chosen", "Rejected");
        loaded.Transform(chain.Pairs).GetColumn<float>("RewardMargin").Should().Equal(chain.Fitted.Transform(chain.Pairs).GetColumn<float>("RewardMargin"));
    }

    [Fact]
    public void AFullDiskLeavesTheGoodFileAsItWas()
    {
        var align = chain.Context.Alignment();
        align.Save(chain.Fitted, chain.Pairs.Schema, _folder["model.zip"]);
        var good = File.ReadAllBytes(_folder["model.zip"]);
        var full = new TransformerChain<ITransformer>(chain.Fitted, new FullDisk());

        new Action(() => align.Save(full, chain.Pairs.Schema, _folder["model.zip"])).Should().Throw<IOException>().WithMessage("No space left on device");

        File.ReadAllBytes(_folder["model.zip"]).Should().Equal(good);
        Directory.GetFileSystemEntries(_folder.Path).Should().ContainSingle("nothing half-written stays");
    }

    [Fact]
    public void ALinkAtTheTargetStays()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(_folder["disk"]);
        File.CreateSymbolicLink(_folder["model.zip"], Path.Combine("disk", "real.zip"));

        chain.Context.Alignment().Save(chain.Fitted, null, _folder["model.zip"]);

        File.ResolveLinkTarget(_folder["model.zip"], returnFinalTarget: true)!.FullName.Should().Be(_folder["disk/real.zip"]);
        new FileInfo(_folder["disk/real.zip"]).Length.Should().BePositive();
    }

    [Fact]
    public void WhatAKilledProcessLeftIsRemovedAndWhatIsBeingWrittenIsNot()
    {
        string Leftover(char digit, double hours, string name = "model.zip")
        {
            var path = _folder[$"{name}.{new string(digit, 32)}.tmp"];
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-hours));
            return path;
        }

        string[] stay = [Leftover('a', 0.5), Leftover('b', 2, "other.zip"), Leftover('g', 2), Leftover('c', 2, "model.zip.x")];
        string[] go = [Leftover('d', 1.1), Leftover('e', 500)];
        var folder = Directory.CreateDirectory(_folder[$"model.zip.{new string('f', 32)}.tmp"]);
        Directory.SetLastWriteTimeUtc(folder.FullName, DateTime.UtcNow.AddHours(-3));

        chain.Context.Alignment().Save(chain.Fitted, null, _folder["model.zip"]);

        Directory.GetFileSystemEntries(_folder.Path).Should().BeEquivalentTo([.. stay, _folder["model.zip"]]);
        go.Should().OnlyContain(path => !File.Exists(path));
    }

    /// <summary>The last part of a pipeline, for which there is no space.</summary>
    private sealed class FullDisk : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public IDataView Transform(IDataView input) => input;

        public void Save(ModelSaveContext ctx) => throw new IOException("No space left on device");
    }
}
