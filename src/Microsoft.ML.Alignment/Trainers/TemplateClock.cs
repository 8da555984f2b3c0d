using System.Globalization;
using System.Text;
using Microsoft.ML.Alignment.Formats;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>The time that a stage's chat template is told, in every process that trains the stage.</summary>
internal static class TemplateClock
{
    private const string FileName = "template-time.txt";
    private const string RoundTrip = "O";

    /// <summary>The time: what an option says, else what the stage's folder keeps, else now, which the folder keeps from then on.</summary>
    /// <param name="template">The chat template; null if rows are read without one.</param>
    /// <param name="wanted">What the option says; null for nothing.</param>
    /// <param name="folder">The stage's folder; null without a workspace.</param>
    /// <returns>Null where the template does not ask.</returns>
    /// <exception cref="InvalidDataException">The folder's file is damaged.</exception>
    public static DateTime? Of(ChatTemplate? template, DateTime? wanted, string? folder)
    {
        if (template is not { ReadsClock: true })
            return null;
        if (wanted is not null || folder is null)
            return wanted ?? DateTime.Now;
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(DateTime.Now.ToString(RoundTrip, CultureInfo.InvariantCulture))));

        var text = File.ReadAllText(path);
        // The wall clock that was read, whatever zone this process is in.
        return DateTimeOffset.TryParseExact(text, RoundTrip, CultureInfo.InvariantCulture, DateTimeStyles.None, out var kept)
            ? kept.DateTime
            : throw new InvalidDataException(
                $"'{path}' holds '{text}', which is no time; remove the file to let the stage begin with the present time.");
    }
}
