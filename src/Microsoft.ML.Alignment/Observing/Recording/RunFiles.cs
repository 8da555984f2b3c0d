using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Observing.Reports;
using Microsoft.ML.Alignment.Observing.Samples;

namespace Microsoft.ML.Alignment.Observing.Recording;

/// <summary>What a stage leaves in its folder for people and their tools, and the page of the whole run beside it.</summary>
internal sealed class RunFiles : IDisposable
{
    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly MetricsFile _metrics;
    private readonly TensorBoardFile _tensorBoard;
    private readonly KeptLines<KeptAnswer> _answers;
    private readonly KeptLines<KeptCompletion> _completions;

    /// <param name="folder">The folder of the stage; made if it is not there.</param>
    /// <param name="afterStep">The step of the checkpoint that training goes on from; null begins anew.</param>
    /// <param name="clock">Tells when something happened.</param>
    public RunFiles(string folder, int? afterStep, TimeProvider clock)
    {
        Directory.CreateDirectory(folder);
        RemoveLeftovers(folder);
        (_folder, _clock) = (folder, clock);
        _metrics = MetricsFile.Open(folder, afterStep);
        _answers = new(Path.Combine(folder, KeptAnswer.FileName), afterStep);
        _completions = new(Path.Combine(folder, KeptCompletion.FileName), afterStep);
        _tensorBoard = new(folder, afterStep, clock);
        History = new(MetricsFile.Read(folder));
    }

    /// <summary>Gets what the files say already of the steps up to the checkpoint.</summary>
    public RunHistory History { get; }

    public void Append(MetricsPoint point)
    {
        _metrics.Append(point);
        _tensorBoard.Append(point);
    }

    public void Append(KeptAnswer answer) => _answers.Append(answer);

    public void Append(KeptCompletion completion) => _completions.Append(completion);

    /// <summary>Writes the page anew.</summary>
    public void WriteReport(RunFacts facts)
    {
        RunReport.WriteFacts(_folder, facts);
        ReportFile.Write(Path.GetDirectoryName(Path.GetFullPath(_folder))!, _clock);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _answers.Dispose();
        _completions.Dispose();
        _tensorBoard.Dispose();
    }

    // What a process that was killed had not finished writing.
    private static void RemoveLeftovers(string folder)
    {
        string[] leftovers =
        [
            .. Directory.GetFiles(folder, "*.tmp"),
            .. Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(folder))!, $"{ReportFile.FileName}.*.tmp"),
        ];
        Array.ForEach(leftovers, File.Delete);
    }
}
