namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads the keys and values of a GGUF file into CLR numbers, bools, strings and arrays of them.</summary>
internal static class GgufMetadata
{
    private const uint Text = 8;
    private const uint Array = 9;
    private const int LeastBytesOfText = sizeof(ulong);

    /// <summary>The fewest bytes that a key with its value takes: the key's length, the type, one byte.</summary>
    public const int LeastBytesOfPair = sizeof(ulong) + sizeof(uint) + 1;

    /// <summary>Reads a number of pairs.</summary>
    /// <exception cref="InvalidDataException">An unknown type, a key given twice, or a truncated file.</exception>
    public static Dictionary<string, object> Read(GgufCursor cursor, int count)
    {
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = cursor.ReadName($"key {i} of {count}");
            var shown = GgufCursor.Shown(key);
            if (!metadata.TryAdd(key, ReadValue(cursor, shown)))
                throw cursor.Invalid($"the key '{shown}' is there twice");
        }

        return metadata;
    }

    private static object ReadValue(GgufCursor cursor, string key)
    {
        var type = cursor.Read<uint>($"the type of '{key}'");
        return type switch
        {
            0 => cursor.Read<byte>(key),
            1 => cursor.Read<sbyte>(key),
            2 => cursor.Read<ushort>(key),
            3 => cursor.Read<short>(key),
            4 => cursor.Read<uint>(key),
            5 => cursor.Read<int>(key),
            6 => cursor.Read<float>(key),
            7 => cursor.Read<byte>(key) != 0,
            Text => cursor.ReadText(key),
            Array => ReadArray(cursor, key),
            10 => cursor.Read<ulong>(key),
            11 => cursor.Read<long>(key),
            12 => cursor.Read<double>(key),
            _ => throw cursor.Invalid($"'{key}' has value type {type}; known are 0 to 12"),
        };
    }

    private static object ReadArray(GgufCursor cursor, string key)
    {
        var type = cursor.Read<uint>($"the element type of '{key}'");
        return type switch
        {
            0 => cursor.ReadNumbers<byte>(key),
            1 => cursor.ReadNumbers<sbyte>(key),
            2 => cursor.ReadNumbers<ushort>(key),
            3 => cursor.ReadNumbers<short>(key),
            4 => cursor.ReadNumbers<uint>(key),
            5 => cursor.ReadNumbers<int>(key),
            6 => cursor.ReadNumbers<float>(key),
            7 => System.Array.ConvertAll(cursor.ReadNumbers<byte>(key), b => b != 0),
            Text => ReadTexts(cursor, key),
            10 => cursor.ReadNumbers<ulong>(key),
            11 => cursor.ReadNumbers<long>(key),
            12 => cursor.ReadNumbers<double>(key),
            _ => throw cursor.Invalid($"'{key}' is an array of value type {type}; read are arrays of numbers, bools and texts"),
        };
    }

    private static string[] ReadTexts(GgufCursor cursor, string key)
    {
        var texts = new string[cursor.ReadCount(LeastBytesOfText, key)];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = cursor.ReadText(key);
        return texts;
    }
}
