using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Adapters;

/// <summary>In bfloat16 the updates that stand still are part of the matrix.</summary>
public sealed class FoldedAdapterTests : IDisposable
{
    private static readonly PackedRows Rows = PackedSequences.Of([[1, 5, 9, 30, 7], [2, 8, 11]]);
    private static readonly ForwardOptions Narrow = new(Precision.BFloat16);

    private readonly LanguageModel _model = TestModels.Tiny();
    private readonly Adapter _adapter;
    private readonly LanguageModel _adapted;

    public FoldedAdapterTests()
    {
        _adapter = LoraAdapter.Create(_model, new() { Rank = 3, Dropout = 0.5 }, "first", 1);
        _adapted = _model.With([_adapter], null);
        foreach (var update in _adapter.Updates.Values)
            Fill(update.B, 0.2f);
    }

    public void Dispose()
    {
        _adapted.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void AFrozenAdapterIsTheMergedMatrixBitForBit()
    {
        Freeze();
        using var merged = _adapted.MergedCopy(trains: false);
        Hidden(_adapted).Should().Equal(Hidden(merged)).And.NotEqual(Hidden(_model));
    }

    [Fact]
    public void AFrozenAdapterDropsNothing()
    {
        Freeze();
        Hidden(_adapted, Narrow with { Dropout = true }).Should().Equal(Hidden(_adapted));
    }

    [Fact]
    public void AnAdapterThatTrainsIsReadAnewInEveryPass()
    {
        var before = Hidden(_adapted);
        foreach (var update in _adapter.Updates.Values)
            Fill(update.B, 0.3f);
        Hidden(_adapted).Should().NotEqual(before);
    }

    [Fact]
    public void ModelsOfOneBaseDoNotGetEachOthersMatrix()
    {
        Freeze();
        var (plain, folded) = (Hidden(_model), Hidden(_adapted));
        Hidden(_model).Should().Equal(plain);
        Hidden(_adapted).Should().Equal(folded).And.NotEqual(plain);
    }

    [Fact]
    public void AnAdapterThatTrainsGetsTheGradientsThatItHasBesideAMergedMatrix()
    {
        Freeze();
        using var merged = _adapted.MergedCopy(trains: false);
        Gradients(_adapted).Should().Equal(Gradients(merged));
    }

    private static float[] Gradients(LanguageModel start)
    {
        var second = LoraAdapter.Create(start, new() { Rank = 2 }, "second", 2);
        using var policy = start.With([.. start.Adapters, second], null);
        foreach (var update in second.Updates.Values)
            Fill(update.B, 0.1f);
        using var scope = NewDisposeScope();
        policy.Forward(Rows, Narrow).Hidden.square().sum().backward();
        return [.. policy.TrainableParameters.SelectMany(parameter => parameter.grad!.data<float>().ToArray())];
    }

    private static float[] Hidden(LanguageModel of, ForwardOptions? options = null)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return of.Forward(Rows, options ?? Narrow).Hidden.data<float>().ToArray();
    }

    private void Freeze()
    {
        foreach (var update in _adapter.Updates.Values)
            (update.A.requires_grad, update.B.requires_grad) = (false, false);
    }

    private static void Fill(Tensor values, float size)
    {
        using var noGradients = no_grad();
        using var generator = new Generator(7);
        using var random = randn(values.shape, generator: generator).mul_(size);
        values.copy_(random);
    }
}
