using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Benchmarks;

// Measures training and generation on a real model. Each task runs in a process of its own, so that its peak memory is its own.

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [TokenizerBenchmark.Option])
{
    TokenizerBenchmark.Run(new Arguments().DataPath);
    return 0;
}

if (Arguments.TryParse(args) is not { } arguments)
{
    Console.Error.WriteLine(Arguments.Usage);
    Console.Error.WriteLine($"tasks: {string.Join(", ", BenchmarkTask.All.Select(task => task.Name))}");
    return 2;
}

if (arguments.Task is { } own)
{
    Console.WriteLine(JsonSerializer.Serialize(TaskResult.Measure(own, arguments)));
    return 0;
}

var table = new ResultTable();
var failures = 0;
Precision[] precisions = arguments.Precision is { } only ? [only] : [Precision.Float32, Precision.BFloat16];
foreach (var (task, precision) in arguments.Tasks.SelectMany(task => precisions.Select(precision => (task, precision))))
{
    var result = TaskResult.MeasureInChild(task, precision, arguments);
    failures += result is null ? 1 : 0;
    table.Add($"{task.Name} {Names.Of(precision)}", task, result);
}

table.Print();
return failures == 0 ? 0 : 1;
