using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.Alignment.Data;

/// <summary>The identity of what is trained on: equal for equal rows in equal order.</summary>
internal static class ExampleHash
{
    /// <summary>SHA-256 of all token ids and numbers, each part behind its length. Lower-case hex.</summary>
    public static string Of(IExampleStore examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < examples.Count; i++)
        {
            var example = examples.Read(i);
            Append<int>(hash, example.Prompt);
            foreach (var completion in example.Completions)
                Append<int>(hash, completion);
            Append<float>(hash, example.Values);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append<T>(IncrementalHash hash, T[] values)
        where T : unmanaged
    {
        hash.AppendData(BitConverter.GetBytes(values.Length));
        hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
