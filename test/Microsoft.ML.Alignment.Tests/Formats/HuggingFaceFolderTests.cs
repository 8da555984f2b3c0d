using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

public sealed class HuggingFaceFolderTests : IDisposable
{
    private const string FirstShard = "model-00001-of-00003.safetensors";
    private const string SecondShard = "model-00002-of-00003.safetensors";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFolderGivesItsSmallFilesByteForByteAndNoWeightsAmongThem()
    {
        var path = Golden.Shared("models/stories260K");
        var files = HuggingFaceFolder.Read(path).Files;
        files.Names.Should().BeEquivalentTo("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json");
        files.Bytes("tokenizer.json").Should().Equal(File.ReadAllBytes(Path.Combine(path, "tokenizer.json")));
    }

    [Fact]
    public void OnlyTheFilesThatAModelHasAreLookedAt()
    {
        Copy("models/llama");
        File.WriteAllText(_folder["LICENSE"], "free");
        File.WriteAllText(_folder["chat_template.jinja"], "{{ messages }}");
        File.WriteAllText(_folder["diary.txt"], "not the model's");
        File.WriteAllText(_folder["optimizer.pt"], "weights");
        File.CreateSymbolicLink(_folder["broken.txt"], "nowhere");
        HuggingFaceFolder.Read(_folder.Path).Files.Names.Should().BeEquivalentTo("config.json", "generation_config.json", "LICENSE", "chat_template.jinja");
    }

    [Fact]
    public void ALargeConfigurationOfATokenizerIsReadWhole()
    {
        Copy("models/llama");
        File.WriteAllText(_folder["tokenizer_config.json"], new string(' ', 1_200_000) + "{}");
        HuggingFaceFolder.Read(_folder.Path).Files.Bytes("tokenizer_config.json").Should().HaveCount(1_200_002);
    }

    [Fact]
    public void ALargeConfigurationOfAModelIsReadWhole()
    {
        Copy("models/llama");
        File.AppendAllText(_folder["config.json"], new string(' ', 1_200_000));
        using var model = PretrainedModel.Load(_folder.Path);
        model.Files.Bytes("config.json")!.Length.Should().BeGreaterThan(1_200_000);
    }

    [LinuxFact]
    public void ALinkOutOfTheFolderIsRefusedByName()
    {
        using var elsewhere = new TemporaryFolder();
        File.WriteAllText(elsewhere["secret"], "{}");
        Copy("models/llama");
        File.Delete(_folder["generation_config.json"]);
        File.CreateSymbolicLink(_folder["generation_config.json"], elsewhere["secret"]);
        Refused($"*generation_config.json' is a link to '{elsewhere["secret"]}', outside its folder*Copy the file*");
    }

    [LinuxFact]
    public void ABrokenLinkOfAFileOfTheModelIsRefusedByName()
    {
        Copy("models/llama");
        File.CreateSymbolicLink(_folder["merges.txt"], "gone");
        Refused("*merges.txt' is a link to 'gone', where no file is*");
    }

    [LinuxFact]
    public void TheLinksOfTheHubsCacheAreFollowed()
    {
        var snapshot = Directory.CreateDirectory(_folder["models--a--b/snapshots/0123"]).FullName;
        Directory.CreateDirectory(_folder["models--a--b/blobs"]);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Golden.Path("models/llama"), name), _folder["models--a--b/blobs/" + name[0]]);
            File.CreateSymbolicLink(Path.Combine(snapshot, name), $"../../blobs/{name[0]}");
        }

        Directory.CreateSymbolicLink(_folder["main"], snapshot);
        foreach (var folder in new[] { snapshot, _folder["main"] })
            using (var model = PretrainedModel.Load(folder))
                model.Config.ModelType.Should().Be("llama");
    }

    [LinuxFact]
    public void APipeIsRefusedAndNotWaitedFor()
    {
        Copy("models/llama");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [_folder["tokenizer.json"]]))
            made.WaitForExit();
        Refused("*tokenizer.json' is empty, or a pipe*");
        FluentActions.Invoking(() => PretrainedModel.Load(_folder["tokenizer.json"])).Should().Throw<InvalidDataException>().WithMessage("*or a pipe*");
    }

    [Fact]
    public void ShardsTogetherHoldEveryTensorOnce()
    {
        var path = Golden.Path("models/llama-sharded-bf16");
        var weights = HuggingFaceFolder.Read(path).Weights;
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(path, HuggingFaceFolder.Index)))!["weight_map"]!.AsObject();
        weights.Select(t => t.Name).Should().BeEquivalentTo(index.Select(p => p.Key));
        weights.Should().OnlyContain(t => t.Encoding == TensorEncoding.BF16);
    }

    [Fact]
    public void AMissingShardIsNamed()
    {
        Copy("models/llama-sharded-bf16");
        File.Delete(_folder[SecondShard]);
        Refused($"*{SecondShard}*not there*");
    }

    [Fact]
    public void ATensorInTwoShardsIsNamed()
    {
        Copy("models/llama-sharded-bf16");
        var tensors = SafetensorsFile.Open(_folder[FirstShard]).ReadTensors().Concat(SafetensorsFile.Open(_folder[SecondShard]).ReadTensors().Take(1)).ToArray();
        SafetensorsWriter.Write(_folder[FirstShard], tensors.Select(t => TensorToWrite.Copy(t, t.Name)));
        Refused($"*'{tensors[^1].Name}'*{SecondShard}*");
    }

    [Fact]
    public void ATensorThatOnlyTheIndexHasIsNamed() => ChangeIndex(map => map["ghost.weight"] = FirstShard, $"*'ghost.weight'*'{FirstShard}'*does not hold it*");

    [Fact]
    public void AShardOutsideTheFolderIsRefused() => ChangeIndex(map => map["lm_head.weight"] = "../secret.safetensors", "*'lm_head.weight'*'../secret.safetensors'*same folder*");

    [Fact]
    public void AnIndexThatIsNoJsonIsRefused()
    {
        Copy("models/llama-sharded-bf16");
        File.WriteAllText(_folder[HuggingFaceFolder.Index], "{\"weight_map\": [");
        Refused($"*{HuggingFaceFolder.Index}*");
    }

    [Fact]
    public void WithoutConfigurationOrWeightsTheMessageSaysWhatIsMissing()
    {
        FluentActions.Invoking(() => PretrainedModel.Check(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*config.json*");
        File.WriteAllText(_folder[PeftConfig.FileName], "{}");
        FluentActions.Invoking(() => PretrainedModel.Check(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*LoadAdapter*");
        File.WriteAllText(_folder["config.json"], "{}");
        FluentActions.Invoking(() => PretrainedModel.Check(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*model.safetensors*save_pretrained*");
    }

    [Fact]
    public void AMissingPathSaysWhatMayBeGiven()
    {
        FluentActions.Invoking(() => PretrainedModel.Load(_folder["nothing"])).Should().Throw<DirectoryNotFoundException>().WithMessage("*nothing*Hugging Face folder*GGUF*");
        FluentActions.Invoking(() => PretrainedModel.Load(_folder["nothing.gguf"])).Should().Throw<FileNotFoundException>().WithMessage("*nothing.gguf*GGUF*");
        FluentActions.Invoking(() => PretrainedModel.Check(" ")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void AFileIsAGgufFileByItsFirstBytesNotByItsName()
    {
        File.WriteAllText(_folder["fake.gguf"], "not one");
        File.Copy(Golden.Path("gguf/stories260K-q8_0.gguf"), _folder["blob"]);
        FluentActions.Invoking(() => PretrainedModel.Check(_folder["fake.gguf"])).Should().Throw<InvalidDataException>().WithMessage("*fake.gguf*no GGUF file*");
        FluentActions.Invoking(() => PretrainedModel.Check(_folder["blob"])).Should().NotThrow();
    }

    private void ChangeIndex(Action<JsonObject> change, string message)
    {
        Copy("models/llama-sharded-bf16");
        var index = JsonNode.Parse(File.ReadAllText(_folder[HuggingFaceFolder.Index]))!;
        change(index["weight_map"]!.AsObject());
        File.WriteAllText(_folder[HuggingFaceFolder.Index], index.ToJsonString());
        Refused(message);
    }

    private void Refused(string message) =>
        FluentActions.Invoking(() => HuggingFaceFolder.Read(_folder.Path)).Should().Throw<InvalidDataException>().WithMessage(message);

    private void Copy(string golden)
    {
        foreach (var file in Directory.GetFiles(Golden.Path(golden)).Where(f => Path.GetFileName(f) is not ("expected.safetensors" or "config.v4.json")))
            File.WriteAllBytes(_folder[Path.GetFileName(file)], File.ReadAllBytes(file));
    }
}
