namespace Microsoft.ML.Alignment.EndToEnd.Tests.Support;

/// <summary>A fact about Linux, skipped elsewhere.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "is about Linux";
}
