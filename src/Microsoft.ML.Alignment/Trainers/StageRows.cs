using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>The rows that a stage trains on and is measured on, tokenized.</summary>
/// <param name="Training">What it trains on.</param>
/// <param name="Validation">What it is measured on; null for nothing.</param>
/// <param name="Summary">What was found in the training rows when they were read.</param>
internal sealed record StageRows(IExampleStore Training, IExampleStore? Validation, DataSummary Summary) : IDisposable
{
    public void Dispose()
    {
        Training.Dispose();
        Validation?.Dispose();
    }
}
