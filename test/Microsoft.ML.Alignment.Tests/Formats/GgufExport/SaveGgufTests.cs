using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using GgufMetadata = Microsoft.ML.Alignment.Tests.Support.GgufMetadata;

namespace Microsoft.ML.Alignment.Tests.Formats.GgufExport;

/// <summary>Files that are written here, beside those of llama.cpp's converter.</summary>
public sealed class SaveGgufTests : IDisposable
{
    private const string Stories = "models/stories260K";
    private const string SmolLM = "models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf";

    private static readonly GgufOptions Short = new() { Prompts = ["Once upon a time"], MaxNewTokens = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory(Stories, "golden/gguf/stories260K-f32.gguf", "golden/gguf/stories260K-q8_0.gguf")]
    [InlineData(GgufType.F32, "gguf/stories260K-f32.gguf")]
    [InlineData(GgufType.Q8_0, "gguf/stories260K-q8_0.gguf")]
    public void StoriesEqualsTheConvertersFileKeyByKeyAndTensorByTensor(GgufType type, string golden)
    {
        using var model = PretrainedModel.Load(Golden.Shared(Stories));
        model.SaveGguf(_folder["x.gguf"], type, Short).Findings.Should().BeEmpty();

        var (written, expected) = (GgufMetadata.Read(_folder["x.gguf"]), GgufMetadata.Read(Golden.Path(golden)));
        HasAllOf(written, expected);
        written.Keys.Except(expected.Keys).Should().BeSubsetOf(["general.type", "general.file_type", "general.quantization_version"]);
        TensorsAreEqual(_folder["x.gguf"], Golden.Path(golden));
    }

    [SharedTheory(SmolLM)]
    [InlineData(GgufType.Q4_1)]
    [InlineData(GgufType.AsStored)]
    public void SmolLMReadAndWrittenEqualsItsOriginalWhereverTheEncodingIsKept(GgufType type)
    {
        using var model = PretrainedModel.Load(Golden.Shared(SmolLM));
        model.SaveGguf(_folder["x.gguf"], type, Short).Findings.Should().BeEmpty();

        var (written, expected) = (GgufMetadata.Read(_folder["x.gguf"]), GgufMetadata.Read(Golden.Shared(SmolLM)));
        HasAllOf(written, expected);
        written.Keys.Except(expected.Keys).Should().BeEquivalentTo(["tokenizer.ggml.add_eos_token"]);
        TensorsAreEqual(_folder["x.gguf"], Golden.Shared(SmolLM));
    }

    private static void HasAllOf(Dictionary<string, object> written, Dictionary<string, object> expected)
    {
        foreach (var (key, value) in expected)
        {
            written.Should().ContainKey(key);
            written[key].GetType().Should().Be(value.GetType(), key);
            if (value is Array array)
                array.Cast<object>().SequenceEqual(((Array)written[key]).Cast<object>()).Should().BeTrue($"{key} is that of the original");
            else
                written[key].Should().Be(value, key);
        }
    }

    // Compares encoded bytes with those of the original, which a permutation that is wrong in both directions would not have.
    private static void TensorsAreEqual(string path, string golden)
    {
        using var written = GgufFile.Open(path);
        using var expected = GgufFile.Open(golden);
        written.Names.Should().BeEquivalentTo(expected.Names);
        foreach (var name in expected.Names)
        {
            var (tensor, original) = (written.Tensor(name), expected.Tensor(name));
            tensor.Encoding.Should().Be(original.Encoding, name);
            tensor.Shape.Should().Equal(original.Shape, name);
            BytesOf(tensor).AsSpan().SequenceEqual(BytesOf(original)).Should().BeTrue($"{name} has the bytes of the original");
        }
    }

    private static byte[] BytesOf(StoredTensor tensor)
    {
        var bytes = new byte[tensor.ByteLength];
        tensor.Read(0, bytes);
        return bytes;
    }
}
