using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.Alignment.Benchmarks;

// Measures training and generation on a real model. Each task runs in a process of its own, so that its peak memory is its own.

if (Arguments.TryParse(args) is not { } arguments)
{
    Console.Error.WriteLine("usage: Benchmarks [--model PATH] [--data FILE] [--steps N] [--only PART-OF-A-NAME]");
    return 2;
}

if (arguments.Task is { } name)
{
    Console.WriteLine(JsonSerializer.Serialize(BenchmarkTask.All.Single(task => task.Name == name).Run(arguments)));
    return 0;
}

ResultLines.PrintHeader();
foreach (var task in BenchmarkTask.All.Where(task => arguments.Only is null || task.Name.Contains(arguments.Only, StringComparison.Ordinal)))
    ResultLines.Print(task, RunInChild(task));
return 0;

Measurement? RunInChild(BenchmarkTask task)
{
    var start = new ProcessStartInfo("dotnet", [typeof(BenchmarkTask).Assembly.Location, .. arguments.ForTask(task.Name)]) { RedirectStandardOutput = true };
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? JsonSerializer.Deserialize<Measurement>(output) : null;
}
