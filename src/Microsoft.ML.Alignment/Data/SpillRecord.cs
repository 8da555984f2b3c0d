using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Data;

/// <summary>
/// An example as 32-bit numbers: number of completions C, number of values V, length of the prompt, number of places U, C lengths of
/// completions, V values as bits, U places between which tokens are not trained on, then the ids of prompt and completions; where the
/// prompt's text is kept, its length, and two of its characters a number.
/// </summary>
internal static class SpillRecord
{
    private const int HeaderLength = 4;

    public static int Length(TokenizedExample example) =>
        checked(
        HeaderLength + example.Completions.Length + example.Values.Length + example.Untrained.Length + example.TokenCount
        + TextLength(example.PromptText));

    /// <summary>The bytes of an example's record.</summary>
    public static byte[] Bytes(TokenizedExample example)
    {
        var record = new int[Length(example)];
        Encode(example, record);
        return MemoryMarshal.AsBytes(record.AsSpan()).ToArray();
    }

    public static void Encode(TokenizedExample example, Span<int> record)
    {
        record[0] = example.Completions.Length;
        record[1] = example.Values.Length;
        record[2] = example.Prompt.Length;
        record[3] = example.Untrained.Length;
        var at = HeaderLength;
        foreach (var completion in example.Completions)
            record[at++] = completion.Length;
        foreach (var value in example.Values)
            record[at++] = BitConverter.SingleToInt32Bits(value);
        foreach (var ids in (int[][])[example.Untrained, example.Prompt, .. example.Completions])
        {
            ids.CopyTo(record[at..]);
            at += ids.Length;
        }

        if (example.PromptText is { } text)
        {
            record[at] = text.Length;
            record[^1] = 0; // an odd text fills half of it
            text.CopyTo(MemoryMarshal.Cast<int, char>(record[(at + 1)..]));
        }
    }

    public static TokenizedExample Decode(ReadOnlySpan<int> record)
    {
        var lengths = record.Slice(HeaderLength, record[0]);
        var bits = record.Slice(HeaderLength + lengths.Length, record[1]);
        var ids = record[(HeaderLength + lengths.Length + bits.Length)..];
        var untrained = ids[..record[3]].ToArray();
        ids = ids[untrained.Length..];
        var values = new float[bits.Length];
        for (var v = 0; v < values.Length; v++)
            values[v] = BitConverter.Int32BitsToSingle(bits[v]);
        var prompt = ids[..record[2]].ToArray();
        ids = ids[prompt.Length..];
        var completions = new int[lengths.Length][];
        for (var c = 0; c < completions.Length; c++)
        {
            completions[c] = ids[..lengths[c]].ToArray();
            ids = ids[lengths[c]..];
        }

        return new(prompt, completions, values)
        {
            Untrained = untrained,
            PromptText = ids.IsEmpty ? null : new(MemoryMarshal.Cast<int, char>(ids[1..])[..ids[0]]),
        };
    }

    private static int TextLength(string? text) => text is null ? 0 : 1 + ((text.Length + 1) / 2);
}
