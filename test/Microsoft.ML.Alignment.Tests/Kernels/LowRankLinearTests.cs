using Microsoft.ML.Alignment.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Kernels;

public sealed class LowRankLinearTests : IDisposable
{
    private const long Rows = 7, In = 6, Out = 5;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x = Tensors.Random(1, Rows, In);
    private readonly Tensor _weight = Tensors.Random(2, Out, In);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void ValuesAndGradientsAreThoseOfTheFormulaInDouble(int count, bool inputNeedsGradient)
    {
        var terms = Enumerable.Range(0, count).Select(i => Term(i, trains: i == count - 1)).ToArray();
        var input = inputNeedsGradient ? _x.Leaf() : _x;
        var actual = Apply(input, _weight, terms);

        var exactInput = _x.to_type(ScalarType.Float64).Leaf();
        var exactTerms = terms.Select(t => new LowRankTerm(Wide(t.A), Wide(t.B), t.Scale)).ToArray();
        var expected = Formula(exactInput, exactTerms);

        Tensors.RelativeError(actual, expected).Should().BeLessThan(1e-6);
        var exact = Tensors.Gradients(expected, exactTerms[^1].A, exactTerms[^1].B, exactInput);
        var ours = inputNeedsGradient
            ? Tensors.Gradients(actual, terms[^1].A, terms[^1].B, input)
            : Tensors.Gradients(actual, terms[^1].A, terms[^1].B);
        for (var i = 0; i < ours.Length; i++)
            Tensors.RelativeError(ours[i], exact[i]).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void FrozenTermsCarryTheGradientToTheInput()
    {
        var input = _x.Leaf();
        var term = Term(0, trains: false);
        var ours = Tensors.Gradients(Apply(input, _weight, term), input)[0].clone();
        var merged = (_weight + (term.B.mm(term.A) * term.Scale)).detach();
        var expected = Tensors.Gradients(nn.functional.linear(input, merged), input)[0];
        Tensors.RelativeError(ours, expected).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void TrainedWeightGetsItsGradient()
    {
        var w = _weight.Leaf();
        var term = Term(0, trains: true);
        var actual = Apply(_x, w, term);
        using var direction = Tensors.Random(99, actual.shape);
        Tensors.RelativeError(Tensors.Gradients(actual, w)[0], direction.t().mm(_x)).Should().BeLessThan(1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-12)]
    public void SeveralLayersAreOneAndEachTermAddsToItsOwn(double dropout)
    {
        // Two layers of 2 and 3 outputs. The second share takes the way of dropout and drops nothing.
        var (first, second) = (Term(0, trains: true), Term(1, trains: true));
        using var stream = new DropoutStream();
        var share = dropout > 0 ? new InputDropout(dropout, stream) : null;
        var upper = first with { B = first.B.detach().narrow(0, 0, 2).Leaf(), Dropout = share };
        var lower = second with { B = second.B.detach().narrow(0, 2, 3).Leaf(), Dropout = share, FirstOutput = 2 };
        var input = _x.Leaf();

        var actual = Apply(input, _weight, lower, upper);

        var (apart, below) = (Apply(input, _weight.narrow(0, 0, 2), upper), Apply(input, _weight.narrow(0, 2, 3), lower with { FirstOutput = 0 }));
        Tensors.RelativeError(actual, cat([apart, below], 1)).Should().BeLessThan(1e-6);
        Tensor[] parameters = [input, upper.A, upper.B, lower.A, lower.B];
        var ours = Tensors.Gradients(actual, parameters).Select(gradient => gradient.clone()).ToArray();
        var exact = Tensors.Gradients(cat([apart, below], 1), parameters);
        for (var i = 0; i < ours.Length; i++)
            (ours[i] - exact[i]).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void BFloat16KeepsFloat32Gradients()
    {
        var term = Term(0, trains: true);
        var actual = Apply(_x.bfloat16(), _weight.bfloat16(), term);
        actual.dtype.Should().Be(ScalarType.BFloat16);
        var gradients = Tensors.Gradients(actual, term.A, term.B);
        var copies = gradients.Select(g => g.clone()).ToArray();
        copies.Should().AllSatisfy(g => g.dtype.Should().Be(ScalarType.Float32));
        var expected = Tensors.Gradients(Apply(_x, _weight, term), term.A, term.B);
        for (var i = 0; i < 2; i++)
            Tensors.RelativeError(copies[i], expected[i]).Should().BeLessThan(1.0 / 32);
    }

    [Fact]
    public void DropoutDropsInputsOfTheTermOnly()
    {
        using var stream = new DropoutStream();
        var term = Term(0, trains: true) with { Dropout = new(0.5, stream) };
        var plain = nn.functional.linear(_x, _weight);
        var added = Apply(_x, _weight, term) - plain;
        var whole = Apply(_x, _weight, term with { Dropout = null }) - plain;
        Tensors.RelativeError(added, whole).Should().BeGreaterThan(0.05);
        var nothing = Apply(zeros_like(_x), _weight, term);
        nothing.abs().max().item<float>().Should().Be(0);
    }

    [Fact]
    public void WithoutGradientTheValueIsTheSame()
    {
        var term = Term(0, trains: true);
        var trained = Apply(_x, _weight, term);
        using var noGrad = no_grad();
        Apply(_x, _weight, term).Equals(trained).Should().BeTrue();
    }

    private static Tensor Apply(Tensor input, Tensor matrix, params LowRankTerm[] terms) =>
        LowRankLinear.Apply(input, matrix, LowRankStack.Of(terms, matrix.shape[0], input.dtype));

    private static LowRankTerm Term(int index, bool trains)
    {
        var (a, b) = (Tensors.Random(10 + index, 2 + index, In), Tensors.Random(20 + index, Out, 2 + index));
        return new(trains ? a.Leaf() : a, trains ? b.Leaf() : b, 0.5 + index);
    }

    private static Tensor Wide(Tensor narrow) => narrow.to_type(ScalarType.Float64).Leaf();

    private Tensor Formula(Tensor input, LowRankTerm[] terms)
    {
        var y = input.mm(_weight.to_type(ScalarType.Float64).t());
        foreach (var term in terms)
            y = y + (term.Scale * input.mm(term.A.t()).mm(term.B.t()));
        return y;
    }
}
