using Microsoft.ML.Alignment.Kernels;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>What tests ask of a language model.</summary>
internal static class ModelChecks
{
    /// <summary>Next-token logits of equally long sequences, row by row.</summary>
    public static float[] Logits(this LanguageModel model, long[] ids, int length)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var rows = PackedSequences.Of([.. ids.Select(id => (int)id).Chunk(length)]);
        return model.Forward(rows, default).Logits().data<float>().ToArray();
    }

    public static float LargestDifference(float[] first, float[] second)
    {
        first.Should().HaveSameCount(second);
        return first.Zip(second, (a, b) => MathF.Abs(a - b)).Max();
    }
}
