using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Models;

public sealed class ModelConfigTests
{
    [SharedTheory]
    [InlineData("llama-tied")]
    [InlineData("llama3-rope")]
    public void BothKeyStylesSayTheSame(string name)
    {
        var folder = Golden.Path($"models/{name}");
        var newer = ModelConfig.Parse(File.ReadAllText(Path.Combine(folder, "config.json")), null);
        var older = ModelConfig.Parse(File.ReadAllText(Path.Combine(folder, "config.v4.json")), null);
        older.Should().BeEquivalentTo(newer);
    }

    [Fact]
    public void ValuesAreRead()
    {
        var config = Parse("""
            "num_key_value_heads": 2, "head_dim": 8, "rms_norm_eps": 1e-6, "rope_theta": 500.0, "tie_word_embeddings": true, "mlp_bias": true,
            "initializer_range": 0.5, "bos_token_id": 1, "eos_token_id": 2
            """);
        config.Should().BeEquivalentTo(new
        {
            ModelType = "llama", VocabularySize = 37, HiddenSize = 24, IntermediateSize = 40, LayerCount = 2, HeadCount = 4, KeyValueHeadCount = 2,
            HeadSize = 8, MaxPositions = 96, NormEpsilon = 1e-6, Layers = new LayerConfig[] { new(new(500)), new(new(500)) }, HasQueryKeyValueBias = false, HasOutputBias = false, HasMlpBias = true,
            TiesEmbeddings = true, InitializerRange = 0.5, BosTokenId = 1, EosTokenIds = new[] { 2 },
        });
    }

    [Fact]
    public void AbsentValuesTakeTheFormatsDefaults()
    {
        var config = Parse("");
        config.KeyValueHeadCount.Should().Be(4);
        config.HeadSize.Should().Be(6);
        config.Layers[0].Should().Be(new LayerConfig(new(10_000)));
        config.TiesEmbeddings.Should().BeFalse();
        config.BosTokenId.Should().BeNull();
        config.EosTokenIds.Should().BeEmpty();
    }

    [Fact]
    public void EndTokensAreThoseOfBothFilesTheConfigurationsFirst()
    {
        var json = Json("\"eos_token_id\": 9");
        ModelConfig.Parse(json, """{"eos_token_id": [5, 9, 7]}""").EosTokenIds.Should().Equal(9, 5, 7);
        ModelConfig.Parse(Json("\"eos_token_id\": [4, 3]"), """{"eos_token_id": null}""").EosTokenIds.Should().Equal(4, 3);
    }

    // Llama 3.2's numbers, computed independently: head 64, theta 5e5, factor 32, low 1, high 4, original 8192.
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(1, 1.506929)]
    [InlineData(10, 60.38487)]
    [InlineData(15, 774.8647)]
    [InlineData(20, 116682.636)]
    [InlineData(24, 601696.495)]
    [InlineData(31, 10617619.8)]
    public void Llama3ScalingStretchesLongWaves(int index, double inverseFrequency)
    {
        var rotary = new RotaryConfig(500_000, new Llama3RotaryScaling(32, 1, 4, 8192));
        (1 / (double)rotary.Frequencies(64)[index]).Should().BeApproximately(inverseFrequency, 1e-6 * inverseFrequency);
    }

    [Theory]
    [InlineData("\"hidden_act\": \"gelu\"", "*hidden_act 'gelu'*'silu'*")]
    [InlineData("\"pretraining_tp\": 2", "*pretraining_tp 2*")]
    [InlineData("\"rope_scaling\": {\"type\": \"proportional\", \"factor\": 4.0}", "*rope_scaling: rope_type 'proportional'*'default', 'linear'*")]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 4.0, \"beta_fast\": 4}", "*rope_type 'linear'*beta_fast = 4*")]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"default\", \"attention_factor\": 2.0}", "*attention_factor = 2.0*")]
    [InlineData("\"partial_rotary_factor\": 0.5", "*partial_rotary_factor 0.5*")]
    [InlineData("\"sliding_window\": 16", "*sliding_window = 16*")]
    [InlineData("\"attn_logit_softcapping\": 50.0", "*attn_logit_softcapping = 50.0*")]
    [InlineData("\"quantization_config\": {\"bits\": 4}", "*quantization_config*")]
    [InlineData("\"is_encoder_decoder\": true", "*is_encoder_decoder = true*")]
    public void WhatChangesNumbersAndIsNotImplementedIsRefusedByName(string setting, string message)
    {
        var act = () => Parse(setting);
        act.Should().Throw<NotSupportedException>().WithMessage(message);
    }

    [Theory]
    [InlineData("\"sliding_window\": null")]
    [InlineData("\"use_something_new\": false")]
    [InlineData("\"attn_logit_softcapping\": 0")]
    [InlineData("\"pruned_heads\": {}")]
    [InlineData("\"torch_dtype\": \"bfloat16\", \"use_cache\": true, \"transformers_version\": \"4.40\", \"_name_or_path\": \"x\"")]
    [InlineData("\"rope_interleaved\": false, \"is_llama_config\": true, \"transformers.js_config\": {\"kv\": 1}")]
    public void WhatIsOffOrKnownToBeHarmlessIsIgnored(string setting) => Parse(setting).ModelType.Should().Be("llama");

    [Theory]
    [InlineData("\"num_key_value_heads\": 3", "*num_key_value_heads is 3*num_attention_heads, which is 4*")]
    [InlineData("\"head_dim\": 7", "*width of a head is 7*even*")]
    [InlineData("\"rms_norm_eps\": 0", "*rms_norm_eps is 0*above 0*")]
    [InlineData("\"eos_token_id\": [2, 37]", "*eos_token_id is *37*0 to 36*")]
    [InlineData("\"eos_token_id\": \"</s>\"", "*eos_token_id*token ids*")]
    [InlineData("\"tie_word_embeddings\": \"yes\"", "*tie_word_embeddings is \"yes\"*true or false*")]
    [InlineData("\"hidden_size\": -24", "*hidden_size is -24*")]
    [InlineData("\"num_hidden_layers\": 1000000", "*num_hidden_layers is 1000000*4096*")]
    [InlineData("\"vocab_size\": 37.5", "*vocab_size is 37.5*")]
    [InlineData("\"num_attention_heads\": 5", "*hidden_size is 24*num_attention_heads, which is 5*")]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0}", "*low_freq_factor is missing*")]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1e-308}", "*rope_theta is 1e-308*from 1 to 1000000000000*")]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1e300}", "*rope_theta is 1e300*from 1 to*")]
    [InlineData("\"rope_scaling\": [1]", "*rope_scaling is [1]*an object*")]
    public void ValuesThatMakeNoSenseAreRefusedByName(string setting, string message)
    {
        var act = () => Parse(setting);
        act.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void MissingValueAndBrokenJsonAreRefused()
    {
        var missing = () => ModelConfig.Parse(Json("").Replace("\"vocab_size\": 37,", ""), null);
        missing.Should().Throw<InvalidDataException>().WithMessage("config.json: vocab_size is missing.");
        var broken = () => ModelConfig.Parse("{", null);
        broken.Should().Throw<InvalidDataException>().WithMessage("config.json is not valid JSON*");
        var list = () => ModelConfig.Parse("[]", null);
        list.Should().Throw<InvalidDataException>().WithMessage("config.json holds Array*");
    }

    [Fact]
    public void UnknownFamilyIsRefusedWithThoseThereAre()
    {
        var act = () => ModelConfig.Parse(Json("").Replace("llama", "mamba"), null);
        act.Should().Throw<NotSupportedException>().WithMessage("*'mamba'*llama*");
    }

    private static ModelConfig Parse(string settings) => ModelConfig.Parse(Json(settings), null);

    // A later key overrides an earlier one of the same name.
    private static string Json(string settings)
    {
        var separator = settings.Length == 0 ? "" : ",";
        return $$"""
            {"model_type": "llama", "vocab_size": 37, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
             "max_position_embeddings": 96, "rms_norm_eps": 1e-5{{separator}} {{settings}}}
            """;
    }
}
