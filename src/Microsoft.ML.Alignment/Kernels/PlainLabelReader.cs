using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// The plain twin of <see cref="LabelReader"/>: reads rows of logits on any device with operations of libtorch; float64 stays float64.
/// </summary>
internal sealed class PlainLabelReader : LogitReader
{
    // exp of it is 0, and no product with it is infinite.
    private const double LeastExponent = -1e4;

    private readonly Tensor _labels;
    private readonly LogitDetails _details;
    private readonly ScalarType _type;

    /// <param name="labels">The label of each of M rows.</param>
    /// <param name="logitType">Type of the logits.</param>
    /// <param name="details">What is read besides.</param>
    public PlainLabelReader(Tensor labels, ScalarType logitType, LogitDetails details = LogitDetails.None)
    {
        (_labels, _details) = (labels, details);
        _type = logitType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        LogProbs = New(_type, isRead: true);
        IsTop = New(ScalarType.Bool, isRead: true);
        Entropy = New(_type, details.HasFlag(LogitDetails.Entropy));
        LogCollision = New(_type, details.HasFlag(LogitDetails.LogCollision));
    }

    /// <inheritdoc/>
    public override Tensor LogProbs { get; }

    /// <inheritdoc/>
    public override Tensor IsTop { get; }

    /// <inheritdoc/>
    public override Tensor Entropy { get; }

    /// <inheritdoc/>
    public override Tensor LogCollision { get; }

    /// <inheritdoc/>
    public override void Read(Tensor logits, long start, bool keeps = false)
    {
        using var scope = NewDisposeScope();
        Note(LogSoftmax(logits), start);
    }

    /// <inheritdoc/>
    public override Tensor IntoGradient(Tensor logits, long start)
    {
        using var scope = NewDisposeScope();
        var logProbs = LogSoftmax(logits);
        Note(logProbs, start);
        var slopes = logProbs.exp().sub_(IsLabel(logProbs, start));
        return slopes.to_type(logits.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor IntoGradient(Tensor logits, long start, Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var logProbs = LogSoftmax(logits);
        var ofRows = gradients.narrow(1, start, logits.shape[0]).unsqueeze(-1); // [2, m, 1]
        var (ofLogProbs, ofEntropies) = (ofRows.select(0, 0), ofRows.select(0, 1));
        var p = logProbs.exp();
        var terms = ofLogProbs.Plus(ofEntropies * logProbs.AtLeast(LeastExponent).Plus(EntropyOf(logProbs).unsqueeze(1)));
        var slopes = (IsLabel(logProbs, start) * ofLogProbs).sub_(p.mul_(terms));
        return slopes.to_type(logits.dtype).MoveToOuterDisposeScope();
    }

    private Tensor New(ScalarType type, bool isRead) => empty([isRead ? _labels.shape[0] : 0], type, _labels.device);

    private Tensor LogSoftmax(Tensor logits) => logits.to_type(_type).log_softmax(1);

    private Tensor Labels(Tensor logProbs, long start) => _labels.narrow(0, start, logProbs.shape[0]).unsqueeze(1); // [m, 1]

    private Tensor IsLabel(Tensor logProbs, long start) =>
        zeros_like(logProbs).scatter_(1, Labels(logProbs, start), ones_like(Labels(logProbs, start), logProbs.dtype));

    private static Tensor EntropyOf(Tensor logProbs) => (logProbs.exp() * logProbs.AtLeast(LeastExponent)).sum([1L]).neg();

    private void Note(Tensor logProbs, long start)
    {
        var ofLabels = logProbs.gather(1, Labels(logProbs, start)).squeeze(1);
        Put(LogProbs, ofLabels);
        Put(IsTop, ofLabels.ge(logProbs.amax(1)));
        if (_details.HasFlag(LogitDetails.Entropy))
            Put(Entropy, EntropyOf(logProbs));
        if (_details.HasFlag(LogitDetails.LogCollision))
            Put(LogCollision, logProbs.exp().Squared().sum([1L]).log());

        void Put(Tensor all, Tensor part) => all.narrow(0, start, part.shape[0]).copy_(part);
    }
}
