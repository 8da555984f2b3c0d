using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.References;

public sealed class SoftUpdateTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void TheReferenceIsDrawnToThePolicyEverySoManySteps()
    {
        var (reference, policy) = (tensor(new[] { 1f, -2, 8 }), tensor(new[] { 3f, 2, 8 }));
        var update = new SoftUpdate(new Dictionary<string, (Tensor, Tensor)> { ["w"] = (reference, policy) }, alpha: 0.25, everySteps: 3);

        foreach (var step in Enumerable.Range(1, 5))
            update.Stepped(step);

        // One update, in step 3: 0.25 · 3 + 0.75 · 1 and 0.25 · 2 - 0.75 · 2.
        reference.data<float>().Should().Equal(1.5f, -1, 8);
        policy.data<float>().Should().Equal(3, 2, 8);

        // θ - θ_ref shrinks by 0.75 an update where the policy stands still: after n updates 0.75ⁿ of it is left.
        update.Stepped(6);
        update.Stepped(9);
        reference.data<float>().Should().Equal(3 - (2 * MathF.Pow(0.75f, 3)), 2 - (4 * MathF.Pow(0.75f, 3)), 8);
    }

    [Fact]
    public void AnAlphaOfOneMakesTheReferenceThePolicyToTheLastBit()
    {
        var (reference, policy) = (rand(5, 3), rand(5, 3));

        new SoftUpdate(new Dictionary<string, (Tensor, Tensor)> { ["w"] = (reference, policy) }, alpha: 1, everySteps: 1).Stepped(1);

        reference.Equals(policy).Should().BeTrue();
    }

    [Fact]
    public void TheStateIsWhatTheUpdateChanges()
    {
        var (reference, policy) = (rand(5), rand(5));
        var update = new SoftUpdate(new Dictionary<string, (Tensor, Tensor)> { ["w"] = (reference, policy) }, alpha: 0.5, everySteps: 1);

        var bag = new StateBag();
        bag.WriteTensor("w", zeros(5));
        update.Restore(bag);
        update.Stepped(1);

        reference.allclose(0.5 * policy).Should().BeTrue();
    }
}
