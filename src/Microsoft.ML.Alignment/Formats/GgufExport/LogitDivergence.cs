using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>How far the next tokens of a file are from those of its model, over texts that are added one by one.</summary>
internal sealed class LogitDivergence
{
    private long _positions;
    private long _agreeing;
    private double _sum;

    /// <summary>Gets the share of positions at which the same token is the most probable.</summary>
    public double AgreementRate => _positions == 0 ? 1 : (double)_agreeing / _positions;

    /// <summary>Gets KL(model ‖ file), in nats a token.</summary>
    public double MeanKL => _positions == 0 ? 0 : Math.Max(0, _sum / _positions);

    /// <summary>Gets the largest difference of the log-probability of a token of the texts.</summary>
    public double LargestDifference { get; private set; }

    /// <summary>Adds a text.</summary>
    public void Add(LanguageModel model, LanguageModel read, int[] ids)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (ofModel, ofFile) = (LogProbs(model, ids), LogProbs(read, ids));
        _positions += ids.Length;
        _agreeing += ofModel.argmax(-1).eq(ofFile.argmax(-1)).sum().item<long>();
        _sum += (ofModel.exp() * (ofModel - ofFile)).sum().to_type(ScalarType.Float64).item<double>();
        if (ids.Length < 2)
            return;
        var next = tensor(ids.Skip(1).Select(id => (long)id).ToArray()).unsqueeze(-1);
        var chosen = (ofModel.narrow(0, 0, ids.Length - 1).gather(-1, next), ofFile.narrow(0, 0, ids.Length - 1).gather(-1, next));
        LargestDifference = Math.Max(LargestDifference, (chosen.Item1 - chosen.Item2).abs().max().item<float>());
    }

    private static Tensor LogProbs(LanguageModel model, int[] ids)
    {
        var rows = new PackedRows(
            [.. ids.Select(id => (long)id)], [.. Enumerable.Range(0, ids.Length).Select(position => (long)position)], 0, [new(0, ids.Length, [])]);
        return nn.functional.log_softmax(model.Forward(rows, new()).Logits(), -1).cpu();
    }
}
