using System.IO.Compression;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class ManifestTests(AlignedChain chain) : IClassFixture<AlignedChain>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private LanguageModel Policy => chain.Fitted.LastTransformer.Model;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AModelKnowsTheStagesThatTrainedIt()
    {
        Policy.History.Select(stage => stage.Method).Should().Equal("sft", "dpo");
        chain.Stage<RewardModelTransformer>(2).Model.History.Select(stage => stage.Method).Should().Equal("sft", "reward");
        chain.Stage<PolicyTransformer>(0).Model.History.Should().BeEmpty();
    }

    [Fact]
    public void ARecordHoldsOptionsDataMetricsAndEnvironment()
    {
        var record = Policy.History[1];
        record.Options!.Value.GetProperty("beta").GetDouble().Should().Be(0.3);
        record.Training!.Value.GetProperty("seed").GetInt32().Should().Be(7, "the context's seed is the resolved one");
        record.Training!.Value.GetProperty("epochs").GetInt32().Should().Be(1, "the method's default is resolved");
        record.Steps.Should().Be(2);
        (record.Data.Rows, record.Data.Used).Should().Be((5, 5));
        record.Metrics.Should().ContainKeys("loss", "grad_norm", "rewards/margins", "rewards/accuracies");
        record.Environment.MatrixKernel.Should().NotBe(MatrixKernel.Auto);
        record.Environment.Threads.Should().BePositive();
        record.Environment.TorchSharp.Should().StartWith("0.107");
        record.Environment.MLNet.Should().StartWith("5.0.1");
        record.Cost!.Seconds.Should().BePositive();
        record.Cost.PeakMemoryBytes.Should().BeGreaterThan(10 << 20);
        record.BaseHash.Should().Be(Policy.History[0].BaseHash, "adapters leave the base as it is");
    }

    [Fact]
    public void TheOptionsOfARecordTrainTheSameAgain()
    {
        AlignmentOptions.Parse<DpoTrainer.Options>(Policy.History[1].Options!.Value.GetRawText()).Should().Be(AlignedChain.DpoOptions);
        AlignmentOptions.Parse<SftTrainer.Options>(Policy.History[0].Options!.Value.GetRawText()).Should().Be(AlignedChain.SftOptions);
    }

    [Fact]
    public void AResumedRunRecordsWhatAnUndisturbedOneDoes()
    {
        var run = new AlignmentRun { WorkspacePath = _folder["workspace"], Resume = true };
        using (AlignedChain.Pipeline(new(seed: 7), run).Fit(chain.Pairs))
        {
        }

        using var restored = AlignedChain.Pipeline(new(seed: 7), new() { WorkspacePath = run.WorkspacePath, Resume = true }).Fit(chain.Pairs);
        var history = restored.LastTransformer.Model.History;
        history.Should().OnlyContain(stage => stage.Cost == null, "this process trained nothing");
        foreach (var (record, undisturbed) in history.Zip(Policy.History))
        {
            record.Metrics.Should().Equal(undisturbed.Metrics);
            (record.Steps, record.Data.Hash, record.BaseHash).Should().Be((undisturbed.Steps, undisturbed.Data.Hash, undisturbed.BaseHash));
        }
    }

    [Fact]
    public void ItIsSavedAndLoaded()
    {
        var loaded = (TransformerChain<ITransformer>)chain.Context.Model.Load(Save(chain), out _);
        using (loaded)
        {
            var policy = ((PolicyTransformer)loaded.Last()).Model;
            policy.Describe().Should().Be(Policy.Describe());
            policy.History[1].Cost.Should().Be(Policy.History[1].Cost);
            ((RewardModelTransformer)loaded.ElementAt(2)).Model.Describe().Should().Be(chain.Stage<RewardModelTransformer>(2).Model.Describe());
        }
    }

    [Fact]
    public void EqualRunsSaveEqualEntriesButForTheirCosts()
    {
        using var again = new AlignedChain();
        var (first, second) = (Entries(Save(chain)), Entries(Save(again)));
        second.Keys.Should().Equal(first.Keys);
        first.Keys.Count(name => name.EndsWith(SavedCosts.Name, StringComparison.Ordinal)).Should().Be(3, "three stages trained");
        foreach (var (name, content) in first.Where(entry => !entry.Key.EndsWith(SavedCosts.Name, StringComparison.Ordinal)))
            second[name].Should().Equal(content, "{0} is a function of data, options, seed, kernel and threads", name);
    }

    [Fact]
    public void AReproducibleFileLeavesTheCostsOutAndReadsTheRest()
    {
        var path = _folder["reproducible.zip"];
        chain.Context.Model.SaveReproducible(chain.Fitted, chain.Pairs.Schema, path);
        Entries(path).Keys.Should().Equal(Entries(Save(chain)).Keys.Where(name => !name.EndsWith(SavedCosts.Name, StringComparison.Ordinal)));
        using var loaded = (TransformerChain<ITransformer>)chain.Context.Model.Load(path, out _);
        var history = ((PolicyTransformer)loaded.Last()).Model.History;
        history.Select(stage => stage.Method).Should().Equal("sft", "dpo");
        history.Should().OnlyContain(stage => stage.Cost == null);
    }

    [Theory]
    [InlineData("[{\"seconds\": 1, \"peakMemoryBytes\": 2}]", "*cost.json*1 stages*by 2*")]
    [InlineData("[{\"seconds\": ", "*cost.json*damaged*")]
    public void CostsThatMakeNoSenseAreRefused(string json, string message)
    {
        var path = Save(chain);
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            var entry = zip.Entries.Last(entry => entry.Name == SavedCosts.Name);
            var name = entry.FullName;
            entry.Delete();
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(json);
        }

        // ML.NET wraps what goes wrong once for each level of the chain.
        var thrown = FluentActions.Invoking(() => chain.Context.Model.Load(path, out _)).Should().Throw<Exception>().Which;
        var causes = new List<Exception>();
        for (Exception? cause = thrown; cause is not null; cause = cause.InnerException)
            causes.Add(cause);
        causes.OfType<FormatException>().Select(cause => cause.Message).Should().ContainMatch(message);
    }

    [Fact]
    public void AFileOfFormatOneHasNoHistory()
    {
        using var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(Golden.Path("saved/v1.zip"), out _);
        var policy = ((PolicyTransformer)loaded.Last()).Model;
        policy.History.Should().BeEmpty();
        policy.Describe().Should().StartWith("tiny (llama, ").And.Contain("+ sft + dpo");
    }

    [Fact]
    public void RowsLeftOutAreCountedByReason()
    {
        var align = chain.Context.Alignment();
        var rows = chain.Context.Data.LoadFromEnumerable(AlignedChain.Rows.Append(new() { Prompt = "One day", Chosen = "", Rejected = " x" }));
        var options = AlignedChain.DpoOptions with { Training = new() { MaxSteps = 1, InvalidRows = InvalidRows.Skip } };
        using var start = align.BaseModel(AlignedChain.BasePath).Fit(rows);
        using var fitted = align.Trainers.Dpo(options).Fit(start.Transform(rows));
        var data = fitted.Model.History.Single().Data;
        (data.Rows, data.Used).Should().Be((6, 5));
        data.Skipped.Should().ContainSingle().Which.Value.Should().Be(1);
        data.Hash.Should().Be(Policy.History[1].Data.Hash, "the rows that train are the same");
        fitted.Model.Describe().Should().Contain("1 steps on 5 of 6 rows").And.Contain($"1 × {data.Skipped.Keys.Single()}");
    }

    [Fact]
    public void TheDescriptionSaysWhatTheRecordHolds()
    {
        var (text, record) = (Policy.Describe(), Policy.History[1]);
        text.Should().StartWith("stories260K-q8_0.gguf (llama, ").And.Contain(" + sft + dpo");
        text.Should().Contain("dpo: 2 steps on 5 of 5 rows").And.Contain("beta 0.3").And.Contain("lora.rank 3").And.Contain("seed 7");
        text.Should().Contain(record.Data.Hash).And.Contain(record.BaseHash).And.Contain("TorchSharp 0.107").And.Contain(" threads").And.Contain(" MiB at most");
        text.Should().Contain("rewards/margins ");
    }

    [Fact]
    public void TheModelCardIsWrittenFromIt()
    {
        Policy.SavePretrained(_folder["out"]);
        var lines = File.ReadAllLines(Path.Combine(_folder["out"], "README.md"));
        var end = Array.IndexOf(lines, "---", 1);
        lines[..(end + 1)].Should().Equal(
            "---", "library_name: transformers", "base_model: \"stories260K-q8_0.gguf\"", "pipeline_tag: text-generation", "tags:",
            "- microsoft-ml-alignment", "- sft", "- dpo", "---");
        lines.Should().Contain(line => line.StartsWith("| dpo | 5 | 0 | 2 | ", StringComparison.Ordinal));
        string.Join('\n', lines).Should().Contain(Policy.Describe().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void TheLicenceOfTheBaseStaysInTheCardOfWhatWasMadeOfIt()
    {
        using var stories = StoriesModel.Load();
        stories.SavePretrained(_folder["base"]);
        File.WriteAllText(Path.Combine(_folder["base"], "README.md"), "---\nlicense: mit\ntags:\n- tiny\n---\n# Stories\nlicense: other\n");
        using var start = chain.Context.Alignment().LoadModel(_folder["base"]);
        using var trained = start.WithHistory(Policy.History);
        trained.SavePretrained(_folder["out"]);
        var card = File.ReadAllText(Path.Combine(_folder["out"], "README.md"));
        card.Should().Contain("\nlicense: mit\nbase_model: \"base\"\n").And.NotContain("license: other");
    }

    [Fact]
    public void HistoryGoesWithEveryHandle()
    {
        using var shared = Policy.Share();
        using var merged = Policy.MergedCopy(trains: false);
        shared.History.Should().BeSameAs(Policy.History);
        merged.History.Should().BeSameAs(Policy.History);
    }

    private string Save(AlignedChain fitted)
    {
        var path = _folder[$"{Guid.NewGuid():N}.zip"];
        fitted.Context.Model.Save(fitted.Fitted, fitted.Pairs.Schema, path);
        return path;
    }

    private static SortedDictionary<string, byte[]> Entries(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return new(zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        }), StringComparer.Ordinal);
    }
}
