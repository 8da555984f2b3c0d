using System.Text.Json;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Gives errors of reading a file of others what they lack: the file, and what to do.</summary>
internal static class FileErrors
{
    /// <summary>Reads a file or folder.</summary>
    /// <param name="place">The file or folder.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="InvalidDataException">It is damaged, or not what it should be.</exception>
    /// <exception cref="NotSupportedException">It needs something that is not implemented.</exception>
    public static T Place<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (NotSupportedException e) when (!Names(e, place))
        {
            throw new NotSupportedException($"'{place}': {e.Message}", e);
        }
        catch (InvalidDataException e) when (!Names(e, place))
        {
            throw new InvalidDataException($"'{place}': {e.Message}", e);
        }
        catch (Exception e) when (IsOfParsing(e))
        {
            throw new InvalidDataException(
                $"'{place}' cannot be read: {e.Message} It is damaged, or not what this version of Microsoft.ML.Alignment knows: get it again.", e);
        }
    }

    /// <summary>Whether the runtime threw it because a text, a number or a length makes no sense.</summary>
    public static bool IsOfParsing(Exception e) =>
        e is JsonException or FormatException or OverflowException or EndOfStreamException or KeyNotFoundException or ArgumentException
            or (InvalidOperationException and not ObjectDisposedException) or IndexOutOfRangeException or InvalidCastException;

    private static bool Names(Exception e, string place) =>
        e.Message.Contains(Path.TrimEndingDirectorySeparator(place), StringComparison.Ordinal);
}
