namespace Samples.Terminal;

/// <summary>How wide the terminal is.</summary>
internal static class TerminalWidth
{
    private const int Unknown = 80;

    /// <summary>What the variable COLUMNS says, else the terminal itself; 80 where neither does.</summary>
    public static int Columns
    {
        get
        {
            if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns > 0)
                return columns;
            return Console.WindowWidth is > 0 and var width ? width : Unknown;
        }
    }
}
