namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>Prints each result when it comes, and all of them as a Markdown table at the end.</summary>
internal sealed class ResultTable
{
    private readonly List<string> _rows = [];

    /// <summary>Prints a result and keeps its row.</summary>
    public void Add(string name, BenchmarkTask task, TaskResult? result)
    {
        if (result is null)
        {
            Console.WriteLine($"{name}: failed");
            _rows.Add($"| {name} | failed | | | | |");
            return;
        }

        var measured = result.Measurement;
        var share = result.Share(task) is { } value ? $"{value:F2}" : "-";
        var memory = $"{measured.PeakMemory / 1e9:F1} GB";
        var sampled = measured.SampledTokensPerSecond is { } rate ? $"{rate:F1}" : "-";
        Console.WriteLine(
            $"{name}: {measured.TokensPerSecond:F1} tokens/s, sampled {sampled} tokens/s, {measured.RowsPerSecond:F2} rows/s, share {share}, peak RSS {memory}; "
            + $"GFLOP/s {string.Join("; ", result.Peaks.Select(Line))}");
        foreach (var note in measured.Notes.Append(result.Runtime))
            Console.WriteLine($"    {note}");
        _rows.Add($"| {name} | {measured.TokensPerSecond:F1} | {sampled} | {measured.RowsPerSecond:F2} | {share} | {memory} |");
    }

    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine("| task | tokens/s | sampled tokens/s | rows (pairs)/s | share of MKL's f32 peak | peak RSS |");
        Console.WriteLine("|---|---|---|---|---|---|");
        _rows.ForEach(Console.WriteLine);
    }

    private static string Line(MatrixPeak peak) =>
        $"{peak.Shape} MKL {peak.Mkl / 1e9:F0}, oneDNN {(peak.OneDnn is { } oneDnn ? $"{oneDnn / 1e9:F0}" : "-")}";
}
