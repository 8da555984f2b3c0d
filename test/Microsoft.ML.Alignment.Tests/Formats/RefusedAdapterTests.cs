using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Folders of adapters that are damaged, partial, or need what is not implemented.</summary>
public sealed class RefusedAdapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LanguageModel _model = PretrainedModel.Load(Golden.Shared("models/stories260K"));

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "*peft_type 'IA3'*LORA*")]
    [InlineData("bias", "\"all\"", "*bias 'all'*none*")]
    [InlineData("lora_bias", "true", "*lora_bias*")]
    [InlineData("modules_to_save", "[\"embed_tokens\"]", "*modules_to_save*embed_tokens*score*")]
    [InlineData("layer_replication", "[[0,2]]", "*layer_replication*")]
    [InlineData("init_lora_weights", "\"pissa\"", "*init_lora_weights \"pissa\"*")]
    [InlineData("rank_pattern", "{\"(?=q)q_proj\": 2}", "*rank_pattern has the pattern '(?=q)q_proj', which is not implemented*Name the layers*")]
    [InlineData("target_modules", "\"(.)\\\\1\"", "*target_modules has the pattern*which is not implemented*")]
    [InlineData("a_feature_of_tomorrow", "1", "*a_feature_of_tomorrow = 1*")]
    public void AFeatureThatIsNotImplementedIsRefusedByName(string key, string value, string message)
    {
        FirstAdapter.Copy(_folder, config => config[key] = JsonNode.Parse(value));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<NotSupportedException>().WithMessage($"*{PeftConfig.FileName}{message}");
    }

    [Theory]
    [InlineData("r", "5", "*rank 5*have 4*")]
    [InlineData("r", "0", "*r is 0*")]
    [InlineData("lora_alpha", "null", "*lora_alpha is missing*")]
    [InlineData("lora_dropout", "1", "*lora_dropout is 1*[0, 1)*")]
    [InlineData("rank_pattern", "{\"(\":2}", "*rank_pattern*regular expression*")]
    [InlineData("modules_to_save", "[\"score\"]", "*disagree*score.weight*")]
    [InlineData("lora_alpha", "1e308", "*lora_alpha*scales up to 1000000*")]
    [InlineData("target_modules", "[\"q_proj\"]", "*has an update of 'model.layers.*leave out*")]
    [InlineData("layers_to_transform", "[0, 1]", "*has an update of 'model.layers.2.*leave out*")]
    [InlineData("layers_to_transform", "[-1]", "*layers_to_transform is *-1*a layer's number*")]
    [InlineData("target_modules", "3", "*target_modules is 3*a text or a list of texts*")]
    [InlineData("exclude_modules", "[\"k_proj\"]", "*has an update of 'model.layers.*k_proj'*leave out*")]
    public void AValueThatMakesNoSenseIsRefused(string key, string value, string message)
    {
        FirstAdapter.Copy(_folder, config => config[key] = JsonNode.Parse(value));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void APartOfAnAdapterIsRefusedAndWhatIsMissingNamed()
    {
        FirstAdapter.Copy(_folder, _ => { });
        FirstAdapter.Keep(_folder, name => !name.Contains("layers.3.", StringComparison.Ordinal) && !name.Contains("layers.4.", StringComparison.Ordinal));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*has no update of 'model.layers.3.*' and 13 more, which target_modules and layers_to_transform*not whole*");
    }

    [Fact]
    public void ATensorWithoutALayerIsRefusedByName()
    {
        FirstAdapter.Copy(_folder, _ => { });
        FirstAdapter.Keep(_folder, _ => true, new TensorStoredTensor("base_model.model.lora_A.weight", torch.zeros(4, 64)));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<NotSupportedException>().WithMessage("*holds tensor 'base_model.model.lora_A.weight'*");
    }

    // W' = m (W + s B A) / ‖W + s B A‖ by rows, as the paper has it in equation 5, with plain loops.
    [Fact]
    public void DoraWithoutItsMagnitudesIsRefused()
    {
        FirstAdapter.Copy(_folder, config => config["use_dora"] = true);
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>().WithMessage("*has nothing as lora_magnitude_vector*");
    }

    [Fact]
    public void AFolderThatIsNoneSaysWhatMayBeGiven()
    {
        _model.Invoking(m => m.LoadAdapter(_folder["absent"])).Should().Throw<DirectoryNotFoundException>().WithMessage("*absent*PEFT*");
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*adapter_config.json*SaveAdapters*");
        FirstAdapter.Copy(_folder, _ => { });
        File.Delete(_folder["adapter_model.safetensors"]);
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*adapter_model.safetensors*");
    }

    [Theory]
    [InlineData("{\"formatVersion\":3,\"base\":\"\",\"adapters\":[]}", typeof(NotSupportedException), "*formatVersion 3*2*")]
    [InlineData("{\"formatVersion\":2,\"base\":\"\",\"adapters\":[]}", typeof(InvalidDataException), "*baseSettings*")]
    [InlineData("{\"formatVersion\":1}", typeof(InvalidDataException), "*stack.json*base*")]
    [InlineData("[", typeof(InvalidDataException), "*stack.json*")]
    [InlineData("{\"base\":\"\",\"baseHash\":\"\",\"adapters\":[{\"name\":\"a\",\"folder\":null}]}", typeof(InvalidDataException), "*stack.json*")]
    public void AStackFileThatCannotBeReadIsRefused(string json, Type exception, string message)
    {
        File.WriteAllText(_folder[AdapterStackFile.FileName], json);
        var thrown = _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<Exception>().WithMessage(message);
        thrown.Which.Should().BeOfType(exception);
    }
}
