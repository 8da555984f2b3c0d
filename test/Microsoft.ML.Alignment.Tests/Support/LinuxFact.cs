namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A fact about Linux, skipped elsewhere.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "is about Linux";
}

/// <summary>A theory about Linux, skipped elsewhere.</summary>
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "is about Linux";
}
