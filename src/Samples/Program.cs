using Samples;
using Samples.Terminal;

// Ctrl-C stops training between two steps.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    return SampleList.Run(args, stop.Token);
}
catch (UsageException e)
{
    Console.Error.WriteLine($"{e.Message} (--help shows what there is.)");
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
