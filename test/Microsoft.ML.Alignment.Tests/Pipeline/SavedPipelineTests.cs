using System.IO.Compression;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class SavedPipelineTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    private static readonly string[] Scores =
    [
        "ChosenReward", "RejectedReward", "RewardMargin", "ChosenImplicitReward", "RejectedImplicitReward", "ImplicitRewardMargin",
    ];

    [Fact]
    public void AFreshContextGivesTheSameOutputsBitByBit()
    {
        using var folder = new TemporaryFolder();
        using var loaded = Load(Save(folder));
        var (before, after) = (chain.Fitted.Transform(chain.Pairs), loaded.Transform(AlignedChain.ViewOfPairs(new MLContext())));
        foreach (var column in Scores)
            after.GetColumn<float>(column).Should().Equal(before.GetColumn<float>(column), column);
        foreach (var column in new[] { "GeneratedCompletion", "Policy", "RewardModel" })
            after.GetColumn<string>(column).Should().Equal(before.GetColumn<string>(column), column);
    }

    [Fact]
    public void TheBaseIsStoredOnceUncompressedInTheEncodingInWhichItCame()
    {
        using var folder = new TemporaryFolder();
        using var zip = ZipFile.OpenRead(Save(folder));
        var weights = zip.Entries.Where(e => e.FullName.StartsWith("AlignmentWeights/", StringComparison.Ordinal)).ToArray();
        weights.Should().HaveCount(5, "the base, three adapters and the head of the reward model are in it");
        weights.Should().OnlyContain(e => e.Length == e.CompressedLength);
        var quantised = new FileInfo(AlignedChain.BasePath).Length;
        weights.Max(e => e.Length).Should().BeInRange((long)(0.8 * quantised), quantised, "the file also has the tokenizer");
    }

    [Fact]
    public void LoadedStagesShareOneBaseInMemory()
    {
        using var folder = new TemporaryFolder();
        using var loaded = Load(Save(folder));
        var models = loaded.Cast<ModelTransformer>().Select(t => t.Model).ToArray();
        models.Should().HaveCount(4);
        models.Select(m => m.BaseIdentity).Distinct().Should().ContainSingle();
        models[3].Adapters[0].Should().BeSameAs(models[1].Adapters[0]);
        models.Select(m => string.Join('+', m.AdapterNames)).Should().Equal("", "sft", "sft+reward", "sft+dpo");
    }

    [Fact]
    public void ASingleStageIsSavedByItself()
    {
        using var folder = new TemporaryFolder();
        chain.Context.Model.Save(chain.Fitted.LastTransformer, chain.Pairs.Schema, folder["stage.zip"]);
        using var loaded = (PolicyTransformer)new MLContext().Model.Load(folder["stage.zip"], out _);
        loaded.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin")
            .Should().Equal(chain.Fitted.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin"));
    }

    [Fact]
    public void ALoadedPipelineIsTrainedFurther()
    {
        using var folder = new TemporaryFolder();
        using var loaded = Load(Save(folder));
        var context = new MLContext(seed: 3);
        using var second = context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions).Fit(loaded.Transform(AlignedChain.ViewOfPairs(context)));
        second.Model.AdapterNames.Should().Equal("sft", "dpo", "dpo-2");
    }

    [Fact]
    public void ASampledCompletionDoesNotDependOnTheRowsAroundIt()
    {
        var sampling = new BaseModelEstimator.Options { Generation = new() { MaxNewTokens = 6, Temperature = 1.5, Seed = 4 } };
        using var policy = chain.Context.Alignment().BaseModel(AlignedChain.BasePath, sampling).Fit(chain.Pairs);
        var together = policy.Transform(chain.Pairs).GetColumn<string>("GeneratedCompletion").ToArray();
        using var engine = chain.Context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(policy, new PredictionEngineOptions { OwnsTransformer = false });
        AlignedChain.Rows.Select(r => engine.Predict(new() { Prompt = r.Prompt }).GeneratedCompletion).Should().Equal(together);
    }

    [Theory]
    [InlineData("AlignmentWeights/")]
    [InlineData("AlignmentFiles/")]
    public void AFlippedBitIsRefusedAndThePartNamed(string folderInZip)
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder);
        var hash = Rewrite(path, folderInZip, bytes => bytes[^1] ^= 1);
        ErrorOfLoading(path).Should().BeOfType<FormatException>().Which.Message.Should().Contain(hash).And.Contain("damaged");
    }

    [Fact]
    public void AMissingPartIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder);
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
            zip.Entries.First(e => e.FullName.StartsWith("AlignmentWeights/", StringComparison.Ordinal)).Delete();
        ErrorOfLoading(path).Should().BeOfType<FormatException>().Which.Message.Should().Contain("AlignmentWeights/").And.Contain("incomplete");
    }

    [Fact]
    public void ATruncatedFileIsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder);
        using (var file = File.OpenWrite(path))
            file.SetLength(file.Length * 6 / 10);
        ErrorOfLoading(path).Should().BeOfType<InvalidDataException>();
        new Action(() => new MLContext().Model.Load(path, out _)).Should().Throw<FormatException>();
    }

    [Fact]
    public void AHigherMajorVersionIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder);
        RewriteStage(path, json => json.Replace("\"formatVersion\": \"1.1\"", "\"formatVersion\": \"2.3\"", StringComparison.Ordinal));
        ErrorOfLoading(path).Should().BeOfType<FormatException>().Which.Message.Should().Contain("2.3").And.Contain("stage.json");
    }

    [Fact]
    public void UnknownFieldsOfALaterMinorVersionAreIgnored()
    {
        using var folder = new TemporaryFolder();
        var path = Save(folder);
        RewriteStage(path, json => Rehashed(json.Replace(
            "\"formatVersion\": \"1.1\",", "\"formatVersion\": \"1.9\", \"novelty\": {\"x\": [1]},", StringComparison.Ordinal)));
        using var loaded = Load(path);
        loaded.Transform(chain.Pairs).GetColumn<float>("RewardMargin").Should().HaveCount(AlignedChain.Rows.Length);
    }

    private static TransformerChain<ITransformer> Load(string path) => (TransformerChain<ITransformer>)new MLContext().Model.Load(path, out _);

    private static Exception ErrorOfLoading(string path) =>
        new Action(() => new MLContext().Model.Load(path, out _)).Should().Throw<Exception>().Which.GetBaseException();

    private static void RewriteStage(string path, Func<string, string> change) => Rewrite(path, "TransformerChain/", ".json", bytes =>
        System.Text.Encoding.UTF8.GetBytes(change(System.Text.Encoding.UTF8.GetString(bytes))));

    private static string Rehashed(string json) => System.Text.Encoding.UTF8.GetString(SelfHash.Fill(System.Text.Encoding.UTF8.GetBytes(
        System.Text.RegularExpressions.Regex.Replace(json, "\"sha256\": \"[^\"]*\"", $"\"sha256\": \"{SelfHash.Blank}\""))));

    private static string Rewrite(string path, string folder, Action<byte[]> damage) => Rewrite(path, folder, "", bytes =>
    {
        damage(bytes);
        return bytes;
    });

    // Writes an entry anew with changed bytes, so that the zip's own checksum is right.
    private static string Rewrite(string path, string folder, string ending, Func<byte[], byte[]> change)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Update);
        var entry = zip.Entries.First(e => e.FullName.Replace('\\', '/').StartsWith(folder, StringComparison.Ordinal) && e.FullName.EndsWith(ending, StringComparison.Ordinal));
        using var content = new MemoryStream();
        using (var stream = entry.Open())
            stream.CopyTo(content);
        var (name, fullName) = (entry.Name, entry.FullName);
        entry.Delete();
        using var changed = zip.CreateEntry(fullName).Open();
        changed.Write(change(content.ToArray()));
        return name;
    }

    private string Save(TemporaryFolder folder)
    {
        chain.Context.Model.Save(chain.Fitted, chain.Pairs.Schema, folder["model.zip"]);
        return folder["model.zip"];
    }
}
