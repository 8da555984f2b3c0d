using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Losses and gradients of pairwise methods on a batch and two real models are those that TRL recorded.</summary>
public sealed class RecordedPairwiseTests : IDisposable
{
    private const string Policy = "golden/losses/policy";

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly RecordedLosses _golden = new();

    public void Dispose() => _scope.Dispose();

    [SharedFact(StoriesModel.Folder, Policy)]
    public void IpoPerToken()
    {
        using var reference = StoriesModel.Load();
        using var policy = LoadPolicy();

        _golden.RequireGradients("dpo", 3, policy, new PreferenceObjective(policy, reference, (p, r) => new PairLoss.Ipo().Evaluate(p, r, 0.1)));
    }

    [SharedTheory(Policy)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cpo(int entry)
    {
        CpoForm form = entry switch
        {
            1 => new CpoForm.Hinge(),
            2 => new CpoForm.SquaredPerToken(),
            _ => new CpoForm.Sigmoid { LabelSmoothing = entry == 3 ? 0.1 : 0 },
        };

        RequireGradients("cpo", entry, p => form.Loss(p, 0.1), sftWeight: 1);
    }

    [SharedTheory(Policy)]
    [InlineData(4, 2, 0.5, 0)]
    [InlineData(5, 2.5, 1.375, 0.5)]
    public void SimPo(int entry, double beta, double gamma, double sftWeight) =>
        RequireGradients("cpo", entry, p => SimPoLoss.Sigmoid(SimPoLoss.LogRewards(p, beta), gamma), sftWeight);

    [SharedFact(Policy)]
    public void AlphaPo() => RequireGradients("cpo", 6, p => SimPoLoss.Sigmoid(SimPoLoss.AlphaRewards(p, 2.5, 0.25), 0.5), sftWeight: 0);

    [SharedTheory(Policy)]
    [InlineData(0, 0.1)]
    [InlineData(1, 0.5)]
    public void Orpo(int entry, double weight) =>
        RequireGradients("orpo", entry, p => OrpoLoss.Compute(p, weight), sftWeight: 1, SftScope.PromptAndCompletion);

    private void RequireGradients(
        string section, int entry, ReferenceFreeLoss loss, double sftWeight, SftScope sftScope = SftScope.Completion)
    {
        using var policy = LoadPolicy();
        var objective = new PreferenceObjective(policy, loss) { SftWeight = sftWeight, SftScope = sftScope };

        _golden.RequireGradients(section, entry, policy, objective);
    }

    private static LanguageModel LoadPolicy() => TestModels.Load(Golden.Path("losses/policy")).TrainableOwned();
}
