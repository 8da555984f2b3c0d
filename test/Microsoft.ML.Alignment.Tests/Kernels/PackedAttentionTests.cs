using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class PackedAttentionTests : IDisposable
{
    private const int Heads = 6, SharedHeads = 2, Width = 4;
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Layouts => ["sequences", "pairs", "prefix", "everything", "prefix and single completions"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void ValuesAndGradientsAreThoseOfSeparateSequencesInDouble(string layout)
    {
        var rows = Rows(layout);
        var (q, k, v) = Inputs(rows.Count);
        var actual = Attend(q, k, v, rows);
        var ours = Tensors.Gradients(actual, q, k, v).Select(g => g.clone()).ToArray();

        var (exactQ, exactK, exactV) = (Wide(q), Wide(k), Wide(v));
        var expected = RowByRow(exactQ, exactK, exactV, rows);
        var exact = Tensors.Gradients(expected, exactQ, exactK, exactV);

        actual.shape.Should().Equal(rows.Count, Heads * Width);
        Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6);
        for (var i = 0; i < 3; i++)
            Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(1e-6);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void ARuleHasTheValuesAndGradientsOfItsFormulaInDouble(string layout)
    {
        var rows = Rows(layout);
        foreach (var rule in new AttentionRule[] { new(Window: 1), new(Window: 3), new(Window: 5), new(Scale: 0.9), new(SoftCap: 0.4), new(0.3, 0.2, 2) })
        {
            var (q, k, v) = Inputs(rows.Count);
            var actual = Attend(q, k, v, rows, rule);
            var ours = Tensors.Gradients(actual, q, k, v).Select(g => g.clone()).ToArray();

            var (exactQ, exactK, exactV) = (Wide(q), Wide(k), Wide(v));
            var expected = RowByRow(exactQ, exactK, exactV, rows, rule);
            var exact = Tensors.Gradients(expected, exactQ, exactK, exactV);

            Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6, $"{rule}");
            for (var i = 0; i < 3; i++)
                Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(1e-6, $"{rule}");
        }
    }

    [Fact]
    public void TheFusedKernelKeepsScaleAndWindow()
    {
        var rows = PackedSequences.Of([new int[270]]);
        var (q, k, v) = Inputs(270);
        using var noGrad = no_grad();
        var rule = new AttentionRule(Scale: 0.8, Window: 9);
        Tensors.RelativeError(Attend(q, k, v, rows, rule), RowByRow(Wide(q), Wide(k), Wide(v), rows, rule)).Should().BeLessThan(1e-6);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void BFloat16IsNear(string layout)
    {
        var rows = Rows(layout);
        var (q, k, v) = Inputs(rows.Count);
        var (narrowQ, narrowK, narrowV) = (q.bfloat16().Leaf(), k.bfloat16().Leaf(), v.bfloat16().Leaf());
        var actual = Attend(narrowQ, narrowK, narrowV, rows);
        var expected = RowByRow(Wide(narrowQ), Wide(narrowK), Wide(narrowV), rows);
        actual.dtype.Should().Be(ScalarType.BFloat16);
        Tensors.RelativeError(actual, expected).Should().BeLessThan(1.0 / 64);
    }

    [Fact]
    public void LongBFloat16SequencesUseTheFusedKernelToTheSameEnd()
    {
        var rows = PackedSequences.Of([new int[520]]);
        var (q, k, v) = Inputs(520);
        using var noGrad = no_grad();
        var wide = Attend(q, k, v, rows);
        Tensors.RelativeError(Attend(q.bfloat16(), k.bfloat16(), v.bfloat16(), rows), wide).Should().BeLessThan(1.0 / 64);
    }

    [Fact]
    public void RowsOfOtherCompletionsHaveNoInfluence()
    {
        var rows = Rows("pairs");
        var (q, k, v) = Inputs(rows.Count);
        using var noGrad = no_grad();
        var before = Attend(q, k, v, rows);
        k.narrow(0, 3, 2).add_(5);
        var after = Attend(q, k, v, rows);
        after.narrow(0, 5, rows.Count - 5).Equals(before.narrow(0, 5, rows.Count - 5)).Should().BeTrue();
        after.narrow(0, 0, 3).Equals(before.narrow(0, 0, 3)).Should().BeTrue();
        after.narrow(0, 3, 2).Equals(before.narrow(0, 3, 2)).Should().BeFalse();
    }

    [Fact]
    public void MasksAreMadeOncePerShape()
    {
        RowGroup[] groups = [new(0, 2, [60, 20]), new(82, 2, [60, 20]), new(164, 2, [20, 60])];
        var plan = new PackedRows(new long[246], new long[246], 0, groups).Attention;
        using var ofPass = new AttentionMasks();
        var masks = plan.Segments.Select(s => ofPass.Of(s, null, ScalarType.Float32, CPU)).ToArray();
        masks[0].Should().BeSameAs(masks[1]).And.NotBeSameAs(masks[2]);
        ofPass.Dispose();
        masks.Should().OnlyContain(mask => mask.IsInvalid, "they go with the pass");
    }

    private static Tensor Attend(Tensor q, Tensor k, Tensor v, PackedRows rows, AttentionRule? rule = null)
    {
        using var masks = new AttentionMasks();
        return PackedAttention.Attend(q, k, v, rows, masks, rule);
    }

    private static PackedRows Rows(string layout)
    {
        (int prefix, RowGroup[] groups) = layout switch
        {
            "sequences" => (0, new RowGroup[] { new(0, 4, []), new(4, 1, []), new(5, 3, [4]), new(12, 7, []) }),
            "pairs" => (0, [new(0, 3, [2, 4]), new(9, 1, [1, 1]), new(12, 3, [2, 4])]),
            "prefix" => (5, [new(5, 3, []), new(8, 2, [])]),
            "everything" => (4, [new(4, 2, [3, 1, 2]), new(12, 0, [2, 3]), new(17, 3, [])]),
            _ => (3, [new(3, 2, [4]), new(9, 1, [2])]),
        };
        var count = prefix + groups.Sum(g => g.Length);
        return new(new long[count], new long[count], prefix, groups);
    }

    private static (Tensor Q, Tensor K, Tensor V) Inputs(int rows) => (
        Tensors.Random(1, rows, Heads, Width).Leaf(),
        Tensors.Random(2, rows, SharedHeads, Width).Leaf(),
        Tensors.Random(3, rows, SharedHeads, Width).Leaf());

    private static Tensor Wide(Tensor narrow) => narrow.detach().to_type(ScalarType.Float64).Leaf();

    /// <summary>For each row and head: softmax over the rows that its sequence has up to it.</summary>
    private static Tensor RowByRow(Tensor q, Tensor k, Tensor v, PackedRows rows, AttentionRule? rule = null)
    {
        rule ??= new();
        var results = new List<Tensor>();
        foreach (var (row, seen) in Enumerable.Range(0, rows.Count).Select(row => (row, tensor(Seen(rows, row).TakeLast(rule.Window ?? rows.Count).ToArray()))))
        {
            var heads = new List<Tensor>();
            for (var head = 0; head < Heads; head++)
            {
                var (keys, values) = (k.index_select(0, seen).select(1, head * SharedHeads / Heads), v.index_select(0, seen).select(1, head * SharedHeads / Heads));
                var scores = keys.mv(q[row, head]) * (rule.Scale ?? 1 / Math.Sqrt(Width));
                var shares = (rule.SoftCap is { } cap ? cap * (scores / cap).tanh() : scores).softmax(0);
                heads.Add(values.t().mv(shares));
            }

            results.Add(cat(heads, 0));
        }

        return stack(results, 0);
    }

    private static long[] Seen(PackedRows rows, int row)
    {
        var sequences = new List<int[]> { Enumerable.Range(0, rows.PrefixLength).ToArray() };
        foreach (var group in rows.Groups)
        {
            int[] prompt = [.. sequences[0], .. Enumerable.Range(group.Start, group.PromptLength)];
            sequences.Add(prompt);
            var start = group.Start + group.PromptLength;
            foreach (var length in group.CompletionLengths)
            {
                sequences.Add([.. prompt, .. Enumerable.Range(start, length)]);
                start += length;
            }
        }

        return [.. sequences.First(s => s.Contains(row)).TakeWhile(other => other <= row).Select(other => (long)other)];
    }
}
