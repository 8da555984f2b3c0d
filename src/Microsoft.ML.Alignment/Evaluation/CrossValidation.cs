namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Fits a pipeline once a fold, without the fold's rows, and measures it on them.</summary>
internal static class CrossValidation
{
    public static IReadOnlyList<CrossValidationFold<TMetrics>> Run<TMetrics>(
        IEnumerable<DataOperationsCatalog.TrainTestData> splits, IEstimator<ITransformer> estimator, Func<IDataView, TMetrics> evaluate)
    {
        var folds = new List<CrossValidationFold<TMetrics>>();
        try
        {
            foreach (var split in splits)
                folds.Add(Fold(folds.Count, split, estimator, evaluate));
            return folds;
        }
        catch
        {
            folds.ForEach(fold => fold.Dispose());
            throw;
        }
    }

    private static CrossValidationFold<TMetrics> Fold<TMetrics>(
        int number, DataOperationsCatalog.TrainTestData split, IEstimator<ITransformer> estimator, Func<IDataView, TMetrics> evaluate)
    {
        var model = estimator.Fit(split.TrainSet);
        try
        {
            var scored = model.Transform(split.TestSet);
            return new(number, model, scored, evaluate(scored));
        }
        catch
        {
            (model as IDisposable)?.Dispose();
            throw;
        }
    }
}
