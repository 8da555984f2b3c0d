using System.Diagnostics;

namespace Samples.Serving;

/// <summary>Asks a saved pipeline in a process of its own, which has nothing but the file.</summary>
internal static class SecondProcess
{
    /// <returns>One answer a question.</returns>
    /// <exception cref="InvalidOperationException">The process failed.</exception>
    public static IReadOnlyList<string> Ask(string zipPath, IReadOnlyList<string> questions)
    {
        var program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(SecondProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, [.. self, "ask", zipPath, .. questions]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var answers = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0 && answers.Length == questions.Count
            ? answers
            : throw new InvalidOperationException($"The second process ended with code {process.ExitCode} and {answers.Length} answers to {questions.Count} questions.");
    }
}
