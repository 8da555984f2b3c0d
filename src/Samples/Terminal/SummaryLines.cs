using Microsoft.ML.Alignment;

namespace Samples.Terminal;

/// <summary>Shows before each stage what it trains on and how.</summary>
internal sealed class SummaryLines : IProgress<TrainingSummary>
{
    public void Report(TrainingSummary value)
    {
        Console.WriteLine();
        Console.WriteLine(value);
    }
}
