using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Objectives;

/// <summary>Losses and gradients of pairwise methods on a batch and two real models are those that TRL recorded.</summary>
public sealed class RecordedPairwiseTests : IDisposable
{
    private const string Policy = "golden/losses/policy";

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly RecordedLosses golden = new();

    public void Dispose() => scope.Dispose();

    [SharedFact(StoriesModel.Folder, Policy)]
    public void IpoPerToken()
    {
        using var reference = StoriesModel.Load();
        using var policy = LoadPolicy();

        golden.RequireGradients("dpo", 3, policy, new PreferenceObjective(policy, reference, (p, r) => IpoLoss.PerToken(p, r, 0.1)));
    }

    private static LanguageModel LoadPolicy() => TestModels.Load(Golden.Path("losses/policy")).TrainableOwned();
}
