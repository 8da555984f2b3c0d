namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Fits a pipeline once a fold, without the fold's rows, and measures it on them.</summary>
internal static class CrossValidation
{
    /// <exception cref="InvalidDataException">A fold has no row; nothing was fitted.</exception>
    /// <exception cref="CrossValidationException{TMetrics}">A fold failed.</exception>
    public static IReadOnlyList<CrossValidationFold<TMetrics>> Run<TMetrics>(
        IReadOnlyList<DataOperationsCatalog.TrainTestData> splits, IEstimator<ITransformer> estimator, Func<IDataView, TMetrics> evaluate)
    {
        for (var fold = 0; fold < splits.Count; fold++)
        {
            if (IsEmpty(splits[fold].TestSet) || IsEmpty(splits[fold].TrainSet))
                throw new InvalidDataException($"Fold {fold} of {splits.Count} would hold no row, or all of them; use fewer folds, or another seed.");
        }

        var folds = new List<CrossValidationFold<TMetrics>>();
        ITransformer? model = null;
        try
        {
            foreach (var split in splits)
            {
                model = estimator.Fit(split.TrainSet);
                var scored = model.Transform(split.TestSet);
                folds.Add(new(folds.Count, model, scored, evaluate(scored)));
                model = null;
            }

            return folds;
        }
        catch (OperationCanceledException)
        {
            (model as IDisposable)?.Dispose();
            folds.ForEach(fold => fold.Dispose());
            throw;
        }
        catch (Exception e)
        {
            throw new CrossValidationException<TMetrics>(folds, model, e);
        }
    }

    private static bool IsEmpty(IDataView view)
    {
        using var cursor = view.GetRowCursor([]);
        return !cursor.MoveNext();
    }
}
