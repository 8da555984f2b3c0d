namespace Microsoft.ML.Alignment.EndToEnd.Tests.Saving;

/// <summary>
/// Marks what writes files into <c>test/golden</c>: it runs only where the environment variable ALIGNMENT_WRITE_GOLDEN is 1.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WriteGoldenFactAttribute : FactAttribute
{
    private const string Variable = "ALIGNMENT_WRITE_GOLDEN";

    public WriteGoldenFactAttribute() =>
        Skip = Environment.GetEnvironmentVariable(Variable) == "1" ? null : $"writes golden files; set {Variable}=1 to do so";
}
