using System.Globalization;

namespace Microsoft.ML.Alignment.Benchmarks;

/// <summary>How values are written on the command line and in results.</summary>
internal static class Names
{
    public static string Of(Precision precision) => precision == Precision.Float32 ? "f32" : "bf16";

    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The precision of a name; null if there is none.</summary>
    public static Precision? PrecisionOf(string name) => name switch
    {
        "f32" => Precision.Float32,
        "bf16" => Precision.BFloat16,
        _ => null,
    };
}
