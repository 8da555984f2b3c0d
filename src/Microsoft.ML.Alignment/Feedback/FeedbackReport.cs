using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Reports;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Puts a stage of feedback on the page of its run.</summary>
internal static class FeedbackReport
{
    /// <summary>Writes the figures into the stage's folder, and the page anew.</summary>
    public static void Write(
        AlignmentRun run, string? folder, string method, JudgeQuality? quality, FeedbackRequests requests, IReadOnlyList<HealthAdvice> advice)
    {
        if (folder is null)
            return;
        var figures = (quality?.Figures ?? new Dictionary<string, string>()).Concat(requests.Figures).ToDictionary();
        RunReport.WriteFacts(folder, new() { Method = method, TotalSteps = 0, Ended = "finished", Figures = figures, Advice = advice });
        ReportFile.Write(run.WorkspacePath!, TimeProvider.System);
    }
}
