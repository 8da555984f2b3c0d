using Microsoft.ML.Alignment.Data.Conversions;
using Microsoft.ML.Alignment.Data.Records;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Runs single rows through a fitted pipeline like a <see cref="PredictionEngine{TSrc, TDst}"/>, but of types whose properties may be lists of
/// <see cref="Extensions.AI.ChatMessage"/>, as <c>Data.LoadFromEnumerable</c> takes them.
/// </summary>
/// <remarks>The transformer stays its owner's. Safe to use from several threads.</remarks>
/// <typeparam name="TSource">The row that goes in.</typeparam>
/// <typeparam name="TDestination">What comes out; only the columns that it has are computed.</typeparam>
public sealed class ChatEngine<TSource, TDestination>
    where TSource : class
    where TDestination : class, new()
{
    private readonly MLContext _context;
    private readonly ITransformer _transformer;
    private readonly IReadOnlyList<DerivedColumn<TSource>> _columns = RecordColumns<TSource>.Find();

    internal ChatEngine(MLContext context, ITransformer transformer) => (_context, _transformer) = (context, transformer);

    /// <summary>Runs a row through the pipeline.</summary>
    /// <param name="row">The row.</param>
    /// <exception cref="InvalidOperationException">The row cannot be completed or scored.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public TDestination Predict(TSource row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var view = _transformer.Transform(new DerivedView<TSource>(_columns, () => [row], () => 1));
        return _context.Data.CreateEnumerable<TDestination>(view, reuseRowObject: false).Single();
    }
}
