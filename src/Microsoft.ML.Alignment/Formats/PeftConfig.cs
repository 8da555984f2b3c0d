namespace Microsoft.ML.Alignment.Formats;

/// <summary>The configuration of an adapter in PEFT's layout.</summary>
internal static class PeftConfig
{
    public const string FileName = "adapter_config.json";
}
