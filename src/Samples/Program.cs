using Samples;
using Samples.Compare;

// Ctrl-C stops training between two steps.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    return CommandLine.Parse(args) switch
    {
        AskCommand ask => Ask.Run(ask),
        CompareCommand compare => CompareStory.Run(compare, stop.Token),
        RunCommand { DataPath: not null } run => PairStory.Run(run, stop.Token),
        RunCommand run => VerbStory.Run(run, stop.Token),
        _ => CommandLine.PrintUsage(Console.Out),
    };
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine();
    CommandLine.PrintUsage(Console.Error);
    return 2;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped.");
    return 1;
}
catch (Exception e) when (Environment.GetEnvironmentVariable("SAMPLES_DEBUG") is null)
{
    // ML.NET wraps what goes wrong in a stage; the cause is what a user can act on.
    Console.Error.WriteLine($"Error: {e.GetBaseException().Message}");
    return 1;
}
