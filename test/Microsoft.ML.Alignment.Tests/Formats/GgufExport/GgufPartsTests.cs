using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Formats.GgufExport;

namespace Microsoft.ML.Alignment.Tests.Formats.GgufExport;

/// <summary>Models that lie in several GGUF files.</summary>
public sealed class GgufPartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void AModelInPartsIsTheModelWhicheverPartIsNamed(int named)
    {
        using var model = SayableFamily.Load("qwen3");
        Write(model, promised: null);
        using var read = PretrainedModel.Load(Part(named));
        var rows = PackedSequences.Of([[3, 7, 9, 20]]);
        TestModels.Logits(read, rows).Should().Equal(TestModels.Logits(model, rows));
    }

    [SharedFact]
    public void PartsThatDoNotMakeOneModelAreRefused()
    {
        using var model = SayableFamily.Load("qwen3");
        Write(model, promised: 99);
        FluentActions.Invoking(() => PretrainedModel.Load(Part(1))).Should().Throw<InvalidDataException>().WithMessage("*split.tensors.count promises 99*");
        Write(model, promised: null);
        File.Move(Part(1), _folder["other.gguf"]);
        FluentActions.Invoking(() => PretrainedModel.Load(_folder["other.gguf"])).Should().Throw<InvalidDataException>().WithMessage("*one of 3 parts*00001-of-00003.gguf*");
        FluentActions.Invoking(() => PretrainedModel.Load(Part(2))).Should().Throw<FileNotFoundException>().WithMessage("*00001-of-00003.gguf' is missing*");
    }

    private string Part(int number) => _folder[$"x-0000{number}-of-00003.gguf"];

    private void Write(LanguageModel model, int? promised)
    {
        var draft = GgufFileOfModel.Of(model, GgufType.F32, "x.gguf");
        var tensors = draft.Tensors.Select(tensor => tensor.Written).ToArray();
        foreach (var (index, part) in tensors.Chunk((tensors.Length + 2) / 3).Index())
        {
            KeyValuePair<string, object>[] split =
                [new("split.no", (ushort)index), new("split.count", (ushort)3), new("split.tensors.count", promised ?? tensors.Length)];
            using var stream = File.Create(Part(index + 1));
            GgufWriter.Write(stream, index == 0 ? [.. draft.Pairs, .. split] : split, part);
        }
    }
}
