using System.Diagnostics;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Tells the run how far a stage of feedback is, one report at a time. Safe to use from several threads.</summary>
/// <param name="stage">The method.</param>
/// <param name="run">Who is told.</param>
/// <param name="session">Counts requests and what they cost.</param>
/// <param name="limits">Prices.</param>
/// <param name="log">Takes a line now and then.</param>
internal sealed class StageProgress(string stage, AlignmentRun run, FeedbackSession session, FeedbackLimits limits, Action<string> log)
{
    private const int LinesOfStage = 10;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private int _rows;
    private int _done;
    private int _abstained;

    /// <summary>Says that there are so many rows more to work on.</summary>
    public void Expect(int rows)
    {
        lock (_lock)
            _rows += rows;
    }

    /// <summary>Says that rows are done.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="abstained">To how many of them nobody had an answer.</param>
    public void Done(int rows, int abstained)
    {
        lock (_lock)
        {
            (var before, _done, _abstained) = (_done, _done + rows, _abstained + abstained);
            var progress = Progress();
            if (_done == _rows || (long)_done * LinesOfStage / _rows > (long)before * LinesOfStage / _rows)
                log(progress.ToString());
            run.Progress?.Report(new(
                stage, _done, _rows, double.NaN, double.NaN, double.NaN, 0,
                _watch.Elapsed / _done * (_rows - _done), ProcessMemory.Peak, Metrics(progress))
            {
                Feedback = progress,
            });
        }
    }

    private FeedbackProgress Progress()
    {
        var usage = session.Usage;
        return new(_done, _rows) { Abstained = _abstained, Requests = session.Requests, Usage = usage, Cost = limits.CostOf(usage) };
    }

    private static Dictionary<string, double> Metrics(FeedbackProgress progress) => new()
    {
        ["feedback/asked"] = progress.Requests.Asked,
        ["feedback/from_journal"] = progress.Requests.FromJournal,
        ["feedback/abstained"] = progress.Abstained,
        ["feedback/cost"] = progress.Cost,
    };
}
