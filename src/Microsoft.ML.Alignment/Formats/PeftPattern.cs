using System.Text.RegularExpressions;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Regular expressions of an <c>adapter_config.json</c>: matched in linear time, since others wrote them.</summary>
internal static class PeftPattern
{
    /// <summary>Compiles an expression.</summary>
    /// <param name="settings">The file, for messages.</param>
    /// <param name="key">The key under which it stands.</param>
    /// <param name="pattern">As the file has it, for messages.</param>
    /// <param name="expression">What is compiled.</param>
    /// <exception cref="InvalidDataException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It looks around or back, which takes more than linear time.</exception>
    public static Regex Compile(JsonSettings settings, string key, string pattern, string expression)
    {
        try
        {
            return new(expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"'{settings.Place}': {key} has the pattern '{pattern}', which is no regular expression: {e.Message}", e);
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException(
                $"'{settings.Place}': {key} has the pattern '{pattern}', which is not implemented: {e.Message} Name the layers instead.", e);
        }
    }
}
