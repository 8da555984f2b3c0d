namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>ML.NET's pair of a training and a test set, which only ML.NET can make.</summary>
internal static class TrainTestSets
{
    public static DataOperationsCatalog.TrainTestData Of(IDataView train, IDataView test) => new(train, test);
}
