using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>A piece of HTML or SVG. What stands in the holes of an interpolated literal is escaped unless it is markup itself.</summary>
internal readonly record struct Markup
{
    private readonly string? _text;

    private Markup(string text) => _text = text;

    /// <summary>Nothing.</summary>
    public static Markup None => default;

    /// <summary>Makes markup of a literal with holes.</summary>
    public static Markup Of(MarkupBuilder literal) => new(literal.ToString());

    /// <summary>Markup that we wrote ourselves, as it is.</summary>
    public static Markup Trusted(string text) => new(text);

    /// <summary>Pieces one after another.</summary>
    public static Markup Join(IEnumerable<Markup> pieces) => new(string.Concat(pieces.Select(piece => piece._text)));

    public override string ToString() => _text ?? "";
}

/// <summary>Escapes what stands in the holes of a literal.</summary>
[InterpolatedStringHandler]
internal sealed class MarkupBuilder(int literalLength, int holes)
{
    private const int UsualHole = 16;
    private readonly StringBuilder _text = new(literalLength + (holes * UsualHole));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Markup markup) => _text.Append(markup.ToString());

    public void AppendFormatted(string? value) => _text.Append(WebUtility.HtmlEncode(value));

    public void AppendFormatted(int value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A coordinate of a drawing: two digits behind the point are finer than a pixel.</summary>
    public void AppendFormatted(double value) => _text.Append(value.ToString("0.##", CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();
}
