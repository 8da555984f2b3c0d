namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>A theory about Linux, skipped elsewhere.</summary>
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "is about Linux";
}
