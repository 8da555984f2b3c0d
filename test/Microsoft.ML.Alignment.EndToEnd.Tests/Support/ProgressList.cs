namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>Keeps what is reported, in the order and on the thread of the reports.</summary>
internal sealed class ProgressList(Action<TrainingProgress>? onReport = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        onReport?.Invoke(value);
    }
}
