using System.Globalization;

namespace Microsoft.ML.Alignment.Data.Inspection;

/// <summary>Writes an inspected row, plain or with ANSI colours.</summary>
internal sealed class InspectionWriter(TextWriter writer, bool inColour)
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";

    /// <summary>Whether a person reads what is written.</summary>
    public static bool IsTerminal(TextWriter writer) => ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Write(RowInspection row)
    {
        writer.WriteLine($"Row {row.Row}, read as {row.Format}, at most {row.MaxLength} tokens.");
        if (row.Problem is not null)
            writer.WriteLine($"Cannot be trained on: {VisibleText.Escape(row.Problem)}");
        if (row.Prompt is null)
            return;
        WriteText(row.Prompt, "not trained on");
        foreach (var completion in row.Completions)
            WriteText(completion, "trained on");
        writer.WriteLine();
        writer.WriteLine("position      id  role        token");
        var end = WriteTokens(row.Prompt, 0);
        foreach (var completion in row.Completions)
        {
            writer.WriteLine($"{VisibleText.Escape(completion.Column)}:");
            WriteTokens(completion, end);
        }
    }

    private void WriteText(InspectedText text, string use)
    {
        var cut = text.Tokens.Count(token => token.Role == TokenRole.Cut);
        writer.WriteLine();
        writer.WriteLine($"{VisibleText.Escape(text.Column)}: {text.Tokens.Count} tokens, {use}{(cut > 0 ? $", {cut} of them cut" : "")}.");
        if (inColour)
            WriteColoured(text.Tokens);
        else
            writer.WriteLine(VisibleText.EscapeLines(text.Text));
    }

    private void WriteColoured(IReadOnlyList<InspectedToken> tokens)
    {
        foreach (var token in tokens)
            writer.Write($"{Colour(token.Role)}{VisibleText.EscapeLines(token.Text)}{Reset}");
        writer.WriteLine();
    }

    private int WriteTokens(InspectedText text, int position)
    {
        foreach (var token in text.Tokens)
        {
            var at = token.Role == TokenRole.Cut ? "-" : position++.ToString(CultureInfo.InvariantCulture);
            var line = $"{at,8}  {token.Id,6}  {RoleName(token.Role),-10}  \"{VisibleText.Escape(token.Text)}\"";
            writer.WriteLine(inColour ? $"{Colour(token.Role)}{line}{Reset}" : line);
        }

        return position;
    }

    private static string RoleName(TokenRole role) => role switch
    {
        TokenRole.Cut => "cut",
        TokenRole.Prompt => "prompt",
        TokenRole.Completion => "trained",
        _ => "end",
    };

    private static string Colour(TokenRole role) => role switch
    {
        TokenRole.Cut => "\e[9;31m", // struck through, red
        TokenRole.Prompt => Dim,
        TokenRole.Completion => "\e[32m", // green
        _ => "\e[7;33m", // reversed, yellow
    };
}
