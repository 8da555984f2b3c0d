using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Models;

/// <summary>What one pass gives is what its logits and hidden states give, with gradients through the whole model.</summary>
public sealed class ForwardResultTests : IDisposable
{
    private const double Temperature = 0.7;
    private static readonly int[] Prompt = [1, 7, 30, 4, 19];
    private static readonly int[][] Completions = [[8, 21, 2], [8, 21, 9, 3, 2]];
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly LanguageModel _model = TestModels.Tiny().TrainableOwned();
    private readonly PackedRows _rows;
    private readonly PackedTargets _targets;

    public ForwardResultTests() => (_rows, _targets) = PackedExamples.Of(Prompt, Completions);

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Temperature)]
    public void LogProbsAndEntropyAreThoseOfTheLogitsOverTheTemperatureWithTheirGradients(double temperature)
    {
        var direction = Tensors.Random(5, 2, _targets.TokenCount);
        var (logProbs, entropy) = _model.Forward(_rows, default).At(_targets, temperature).LogProbsAndEntropy();
        var ours = Gradients((stack([logProbs, entropy]) * direction).sum());

        var plain = (_model.Forward(_rows, default).Logits(_targets.Rows) / temperature).log_softmax(-1);
        var plainLogProbs = plain.gather(1, tensor(_targets.Labels).unsqueeze(1)).squeeze(1);
        var plainEntropy = -(plain.exp() * plain).sum([-1L]);
        var expected = Gradients((stack([plainLogProbs, plainEntropy]) * direction).sum());

        Tensors.RelativeError(logProbs, plainLogProbs).Should().BeLessThan(1e-5);
        Tensors.RelativeError(entropy, plainEntropy).Should().BeLessThan(1e-5);
        ours.Should().HaveSameCount(expected).And.HaveCount(_model.TrainableParameters.Count);
        for (var i = 0; i < ours.Length; i++)
            Tensors.RelativeError(ours[i], expected[i]).Should().BeLessThan(1e-4);
    }

    [Fact]
    public void LogProbsAloneAreThoseBesideTheEntropyAndThoseWithoutGradients()
    {
        using var statistics = new HeadStatistics();
        var read = _model.Forward(_rows, default).At(_targets, Temperature);
        var (logProbs, entropy) = read.LogProbsAndEntropy();
        Tensors.RelativeError(read.LogProbs(statistics), logProbs).Should().BeLessThan(1e-6);
        Tensors.RelativeError(statistics.LogProbs!, logProbs).Should().BeLessThan(1e-6);
        using var noGradients = no_grad();
        var again = _model.Forward(_rows, default).At(_targets, Temperature);
        Tensors.RelativeError(again.LogProbs(), logProbs).Should().BeLessThan(1e-6);
        Tensors.RelativeError(again.LogProbsAndEntropy().Entropy, entropy).Should().BeLessThan(1e-6);
        again.LogProbs().requires_grad.Should().BeFalse();
    }

    [Fact]
    public void OnePassIsReadAsOftenAsIsWanted()
    {
        var pass = _model.Forward(_rows, default);
        var read = pass.At(_targets);
        var collision = read.LogCollision();
        var plain = pass.Logits(_targets.Rows).log_softmax(-1);
        Tensors.RelativeError(collision, (plain * 2).exp().sum([-1L]).log()).Should().BeLessThan(1e-5);
        var sequences = read.Sequences();
        sequences.TokenCount.data<float>().ToArray().Should().Equal(3, 5);
        Tensors.RelativeError(sequences.Sum, stack([read.LogProbs().narrow(0, 0, 3).sum(), read.LogProbs().narrow(0, 3, 5).sum()]))
            .Should().BeLessThan(1e-6);
        Tensors.RelativeError(pass.Logits(), pass.Logits([.. Enumerable.Range(0, _rows.Count).Select(row => (long)row)])).Should().Be(0);
    }

    [Fact]
    public void ValuesAreTheHeadsProductsWithHiddenStatesAtAnyRowsWithGradientsThroughTheModel()
    {
        var head = ScalarHead.Create(_model.Config.HiddenSize, 3, _model.Device);
        using var ownedWeight = head.Weight;
        var pass = _model.Forward(_rows, default);

        var values = pass.Values(head, _targets.Rows);
        var gradients = Gradients(values.square().sum());
        var ofHead = head.Weight.grad!.clone();

        head.Weight.grad = null;
        var plain = _model.Forward(_rows, default).Hidden[tensor(_targets.Rows)].mm(head.Weight.t()).squeeze(1);
        var expected = Gradients(plain.square().sum());
        Tensors.RelativeError(values, plain).Should().BeLessThan(1e-6);
        Tensors.RelativeError(ofHead, head.Weight.grad!).Should().BeLessThan(1e-6);
        for (var i = 0; i < gradients.Length; i++)
            Tensors.RelativeError(gradients[i], expected[i]).Should().BeLessThan(1e-5);
        Tensors.RelativeError(pass.Ends(head, _targets), pass.Values(head, _targets.EndRows)).Should().Be(0);
    }

    [Fact]
    public void EqualSeedsGiveEqualHeads()
    {
        using var first = ScalarHead.Create(24, 1, CPU).Weight;
        using var again = ScalarHead.Create(24, 1, CPU).Weight;
        using var other = ScalarHead.Create(24, 2, CPU).Weight;
        first.data<float>().ToArray().Should().Equal(again.data<float>().ToArray()).And.NotEqual(other.data<float>().ToArray());
        (first.requires_grad, first.shape[1]).Should().Be((true, 24));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void ATemperatureThatIsNotAboveZeroIsRefused(double temperature)
    {
        var act = () => _model.Forward(_rows, default).At(_targets, temperature);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void AnUnknownLabelIsRefusedByItsNumber()
    {
        var targets = _targets with { Labels = [.. _targets.Labels.Select(_ => 37L)] };
        var act = () => _model.Forward(_rows, default).At(targets);
        act.Should().Throw<ArgumentException>().WithMessage("*37*0 to 36*");
    }

    private Tensor[] Gradients(Tensor loss)
    {
        foreach (var parameter in _model.TrainableParameters)
            parameter.grad = null;
        loss.backward();
        BackwardPass.ThrowIfFailed();
        return [.. _model.TrainableParameters.Select(parameter => parameter.grad is { } gradient ? gradient.clone() : zeros_like(parameter))];
    }
}
