using SkiaSharp;

namespace Samples.Compare.Chart;

/// <summary>The font of the chart.</summary>
internal static class ChartFont
{
    private static readonly string[] Preferred = ["DejaVu Sans", "Liberation Sans", "Arial", "Helvetica", "Segoe UI"];

    /// <summary>A font of this machine, one without serifs where there is one; null if it has none at all.</summary>
    public static string? Name
    {
        get
        {
            string[] families = [.. SKFontManager.Default.FontFamilies];
            return Preferred.FirstOrDefault(families.Contains)
                ?? families.OrderByDescending(name => name.Contains("Sans", StringComparison.Ordinal)).FirstOrDefault();
        }
    }
}
