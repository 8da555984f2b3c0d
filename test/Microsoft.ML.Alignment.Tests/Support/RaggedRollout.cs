using System.Text.Json;
using Microsoft.ML.Alignment.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Completions of unequal lengths, as one row of tokens, read from recorded numbers.</summary>
internal sealed class RaggedRollout(JsonElement root)
{
    /// <summary>One row a completion.</summary>
    public static double[][] Rows(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray())];

    public static RaggedRollout Read(string file) => new(JsonDocument.Parse(Golden.Text(file)).RootElement.Clone());

    public JsonElement this[string name] => root.GetProperty(name);

    public double[] Numbers(string name) => [.. root.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];

    public double[][] Rows(string name) => Rows(root.GetProperty(name));

    /// <summary>All tokens behind one another, float64.</summary>
    public static Tensor Flat(double[][] rows) => tensor(rows.SelectMany(row => row).ToArray());

    public static TokenSequences Sequences(IReadOnlyList<int> lengths) => new(
        tensor(lengths.SelectMany((length, at) => Enumerable.Repeat((long)at, length)).ToArray()),
        tensor(lengths.Select(length => (double)length).ToArray()));

    /// <summary>Weights of all tokens, float64. Shape <c>[M]</c>.</summary>
    public static Tensor Weights(TokenAveraging averaging, IReadOnlyList<int> lengths, int maxLength = 1)
    {
        var weights = new TokenWeights(averaging, lengths.Count, lengths.Sum(), maxLength);
        return tensor(lengths.SelectMany(length => Enumerable.Repeat(weights.Of(length), length)).ToArray());
    }
}
