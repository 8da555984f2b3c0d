using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Tests.Checkpoints;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Files are closed by who opened them, not by a collection that may come late.</summary>
public sealed class ClosedFilesTests : IDisposable
{
    private const int Repeats = 20;

    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Models => ["models/llama", "models/llama-sharded-bf16", "gguf/stories260K-q8_0.gguf"];

    [LinuxTheory]
    [MemberData(nameof(Models))]
    public void AModelThatIsDisposedHasNoFileOpen(string name)
    {
        var path = Copied(name);
        for (var i = 0; i < Repeats; i++)
        {
            using (var model = PretrainedModel.Load(path))
            {
                OpenFiles.In(_folder.Path).Should().NotBeEmpty("weights are read when they are used");
                using var again = model.Share();
                model.Dispose();
                OpenFiles.In(_folder.Path).Should().NotBeEmpty("there is another handle");
            }

            OpenFiles.In(_folder.Path).Should().BeEmpty();
        }
    }

    [LinuxTheory]
    [MemberData(nameof(Models))]
    public void ALoadThatFailsLeavesNoFileOpen(string name)
    {
        var path = Copied(name);
        var files = File.Exists(path) ? [path] : Directory.GetFiles(path, "model*.safetensors").Order(StringComparer.Ordinal).ToArray();
        var whole = File.ReadAllBytes(files[^1]);
        foreach (var length in new[] { 7, 64, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(files[^1], whole[..length]);
            FluentActions.Invoking(() => PretrainedModel.Load(path)).Should().Throw<Exception>();
            OpenFiles.In(_folder.Path).Should().BeEmpty();
        }

        File.WriteAllBytes(files[^1], [.. whole[..^8], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        if (Directory.Exists(path))
            FluentActions.Invoking(() => PretrainedModel.Load(path)).Should().Throw<InvalidDataException>().WithMessage("*not finite*");
        OpenFiles.In(_folder.Path).Should().BeEmpty();
    }

    [LinuxFact]
    public void AdaptersAreReadAndClosed()
    {
        using var model = TestModels.Tiny();
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 3 }, "first", 1), LoraAdapter.Create(model, new(), "second", 2)], null);
        adapted.SaveAdapters(_folder["adapters"]);
        using (model.LoadAdapter(_folder["adapters"]))
            OpenFiles.In(_folder.Path).Should().BeEmpty();
        var damaged = Directory.GetFiles(_folder["adapters"], "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..^9]);
        model.Invoking(m => m.LoadAdapter(_folder["adapters"])).Should().Throw<InvalidDataException>();
        OpenFiles.In(_folder.Path).Should().BeEmpty();
    }

    [LinuxFact]
    public void AStageThatIsDisposedHasNoFileOpen()
    {
        var path = Copied("gguf/stories260K-q8_0.gguf");
        var pairs = AlignedChain.ViewOfPairs(_context);
        using (var start = _context.Alignment().BaseModel(path).Fit(pairs))
        using (var fitted = _context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions).Fit(start.Transform(pairs)))
        {
            _context.Model.Save(fitted, pairs.Schema, _folder["model.zip"]);
            start.Dispose();
            fitted.Transform(pairs).GetColumn<float>("ImplicitRewardMargin").Should().OnlyContain(margin => float.IsFinite(margin));
        }

        OpenFiles.In(_folder.Path).Should().BeEmpty();
        using (var loaded = (IDisposable)_context.Model.Load(_folder["model.zip"], out _))
            OpenFiles.In(_folder.Path).Should().BeEmpty("what a saved model needs is in memory");
    }

    [LinuxFact]
    public void ACheckpointIsReadAndClosed()
    {
        new CheckpointedRun(_folder.Path).Train();
        new CheckpointedRun(_folder.Path).Train();
        OpenFiles.In(_folder.Path).Should().BeEmpty();
    }

    private string Copied(string name)
    {
        var (from, to) = (Golden.Path(name), _folder[Path.GetFileName(name)]);
        if (File.Exists(from))
        {
            File.Copy(from, to);
            return to;
        }

        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return to;
    }
}
