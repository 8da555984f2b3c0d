using System.Text;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>Writes the page of a run into its workspace.</summary>
internal static class ReportFile
{
    /// <summary>The file's name in the workspace.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the page anew from what the stages left in their folders.</summary>
    public static void Write(string workspace, TimeProvider clock)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace)));
        var page = ReportPage.Of(name, RunReport.ReadAll(workspace), clock.GetUtcNow());
        AtomicFile.Write(Path.Combine(workspace, FileName), stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }
}
