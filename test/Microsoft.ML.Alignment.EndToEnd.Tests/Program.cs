namespace Microsoft.ML.Alignment.EndToEnd.Tests;

/// <summary>The test assembly as a program of its own: a process that a test may kill, or measure from its beginning.</summary>
internal static class Program
{
    private static int Main(string[] arguments) =>
        Support.KillableChain.Run(arguments) || Support.KillableRlhf.Run(arguments) || Support.KillableLabelling.Run(arguments) || Support.MeasuredStage.Run(arguments)
        || Support.FullDisk.Run(arguments) ? 0 : 2;
}
