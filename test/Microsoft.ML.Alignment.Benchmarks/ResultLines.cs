namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Prints measurements as a table in Markdown.</summary>
internal static class ResultLines
{
    public static void PrintHeader()
    {
        Console.WriteLine("| task | tokens/s | rows or pairs/s | share of MKL peak | share of oneDNN peak | peaks, GFLOP/s | peak memory |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
    }

    public static void Print(BenchmarkTask task, Measurement? result)
    {
        if (result is null)
        {
            Console.WriteLine($"| {task.Name} | failed | | | | | |");
            return;
        }

        var rows = result.RowsPerSecond > 0 ? $"{result.RowsPerSecond:F2}" : "";
        Console.WriteLine(
            $"| {task.Name} | {result.TokensPerSecond:F0} | {rows} | {Share(task, result, result.MklPeak)} | {Share(task, result, result.OneDnnPeak)} "
            + $"| {result.MklPeak / 1e9:F0}, {(result.OneDnnPeak is { } peak ? $"{peak / 1e9:F0}" : "-")} | {result.PeakMemoryBytes / 1e9:F1} GB |");
    }

    private static string Share(BenchmarkTask task, Measurement result, double? peak) =>
        peak is { } operations && task.FlopsPerToken is { } flops ? $"{result.TokensPerSecond * flops * result.Weights / operations:F2}" : "";
}
