namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class OverwrittenBaseTests : IDisposable
{
    private readonly MLContext _context = new(seed: 7);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ABaseThatWasOverwrittenSinceItWasTrainedOnIsNotSaved()
    {
        var path = Path.Combine(_folder.Path, "base.gguf");
        File.Copy(AlignedChain.BasePath, path);
        var align = _context.Alignment();
        var pairs = AlignedChain.ViewOfPairs(_context);
        using var fitted = align.BaseModel(path).Append(align.Trainers.Dpo(AlignedChain.DpoOptions)).Fit(pairs);
        var target = Path.Combine(_folder.Path, "saved.zip");
        align.Save(fitted, pairs.Schema, target);
        var good = File.ReadAllBytes(target);

        FlipByte(path);

        FluentActions.Invoking(() => align.Save(fitted, pairs.Schema, target)).Should().Throw<InvalidDataException>()
            .WithMessage("*base.gguf*not those that the model was trained on*overwritten*");
        File.ReadAllBytes(target).Should().Equal(good);
    }

    // Near the end lie weights.
    private static void FlipByte(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length - 100;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }
}
