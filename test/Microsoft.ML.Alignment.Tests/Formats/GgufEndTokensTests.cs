using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>A GGUF file that names the wrong end, as early files of some families did, still ends turns where its template does.</summary>
public sealed class GgufEndTokensTests : IDisposable
{
    private const int Wrong = 5;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedFact("golden/models/llama")]
    public void TheEndThatTheTemplateWritesIsKnownBesideAWrongOne()
    {
        using var model = SayableFamily.Load("llama");
        var end = model.Tokenizer.IdOf(SayableFamily.End)!.Value;
        model.SaveGguf(_folder["x.gguf"], GgufType.F32);
        var bytes = File.ReadAllBytes(_folder["x.gguf"]);
        foreach (var key in (string[])["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"])
            Overwrite(bytes, key);
        File.WriteAllBytes(_folder["wrong.gguf"], bytes);

        using var read = PretrainedModel.Load(_folder["wrong.gguf"]);

        read.Config.EosTokenIds.Should().BeEquivalentTo([Wrong, end]);
        read.EndTokenDisagreement.Should().Contain(SayableFamily.End);
    }

    // A key is followed by the number of its type, 4 for 32 bits, and the value.
    private static void Overwrite(byte[] file, string key)
    {
        var at = file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key));
        if (at < 0)
            return;
        var value = file.AsSpan(at + key.Length, 8);
        BinaryPrimitives.ReadUInt32LittleEndian(value).Should().Be(4);
        BinaryPrimitives.WriteUInt32LittleEndian(value[4..], Wrong);
    }
}
