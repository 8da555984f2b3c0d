namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Keeps what is reported of any kind, in the order and on the thread of the reports.</summary>
internal sealed class ProgressOf<T> : IProgress<T>
{
    public List<T> Reports { get; } = [];

    public void Report(T value) => Reports.Add(value);
}
