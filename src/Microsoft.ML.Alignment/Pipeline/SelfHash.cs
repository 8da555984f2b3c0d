using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// The SHA-256 that a JSON object carries of itself: over its bytes, fields that nobody knows included, with zeros in the place of the
/// hash.
/// </summary>
internal static class SelfHash
{
    public const string Key = "sha256";

    /// <summary>Stands where the hash will.</summary>
    public static readonly string Blank = new('0', SHA256.HashSizeInBytes * 2);

    /// <summary>Puts the hash in the place of the blank.</summary>
    /// <param name="json">An object with the blank under <see cref="Key"/>.</param>
    public static byte[] Fill(byte[] json)
    {
        var place = Find(json)!.Value;
        Encoding.ASCII.GetBytes(Of(json, place)).CopyTo(json.AsSpan(place));
        return json;
    }

    /// <summary>Compares the hash, if there is one.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="JsonException">It is another object's, or there is no JSON.</exception>
    public static bool Check(byte[] json)
    {
        if (Find(json) is not { } place)
            return false;
        var (said, found) = (Encoding.ASCII.GetString(json.AsSpan(place)), Of(json, place));
        return said == found ? true : throw new JsonException($"its SHA-256 is {found}, it was written with {said}.");
    }

    private static string Of(byte[] json, Range place)
    {
        var blanked = json.ToArray();
        Encoding.ASCII.GetBytes(Blank).CopyTo(blanked.AsSpan(place));
        return Convert.ToHexStringLower(SHA256.HashData(blanked));
    }

    private static Range? Find(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals(Key))
                continue;
            reader.Read();
            var start = (int)reader.TokenStartIndex + 1;
            return reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == Blank.Length
                ? start..(start + Blank.Length)
                : throw new JsonException($"its {Key} is not {Blank.Length} hexadecimal digits.");
        }

        return null;
    }
}
