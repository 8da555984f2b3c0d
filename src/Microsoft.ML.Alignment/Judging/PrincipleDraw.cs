using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>Draws principles without replacement, by weight, as a function of a key: the same question meets the same principles.</summary>
internal static class PrincipleDraw
{
    private const double Unit = 1.0 / (1UL << 53);

    /// <summary>
    /// Each principle waits an exponentially distributed time with its weight for a rate; the first ones are taken (Efraimidis and
    /// Spirakis, 2006).
    /// </summary>
    /// <param name="principles">What is drawn from.</param>
    /// <param name="key">Equal keys give equal draws.</param>
    /// <param name="count">How many; all where there are fewer.</param>
    public static IReadOnlyList<Principle> Of(IReadOnlyList<Principle> principles, string key, int count) =>
        [.. principles.OrderBy(principle => -Math.Log(Uniform($"{key}|{principle.Id}")) / principle.Weight).Take(count)];

    private static double Uniform(string key)
    {
        var bits = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return ((bits >> 11) + 1) * Unit; // (0, 1]: the logarithm is finite
    }
}
