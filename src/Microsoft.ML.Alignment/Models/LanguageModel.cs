using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment;

/// <summary>A language model: weights, tokenizer, chat template and a stack of adapters. Immutable; safe to score from several threads.</summary>
/// <remarks>A handle over weights that are counted by reference: models of one chain share their base. Dispose the handles that you own.</remarks>
public sealed class LanguageModel : IDisposable
{
    /// <summary>Makes a fresh model with random weights.</summary>
    public static LanguageModel Create(string configJson, ModelTokenizer tokenizer, int seed) => throw new NotImplementedException();

    /// <summary>Gets the tokenizer.</summary>
    public ModelTokenizer Tokenizer => throw new NotImplementedException();

    /// <summary>Gets the chat template; null if the model has none.</summary>
    public ChatTemplate? ChatTemplate => throw new NotImplementedException();

    /// <summary>Gets the names of the adapters, in the order in which they were trained.</summary>
    public IReadOnlyList<string> AdapterNames => throw new NotImplementedException();

    /// <summary>Gets another handle on the same model, which its holder disposes.</summary>
    public LanguageModel Share() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();

    /// <summary>Builds a model from its small files and weights. Weights missing, superfluous, of a wrong shape or not finite: refused by name.</summary>
    internal static LanguageModel Load(ModelFiles files, IReadOnlyCollection<StoredTensor> weights, string source) => throw new NotImplementedException();

    /// <summary>Gets where the base came from, for messages: a path or the name of a zip.</summary>
    internal string Source => throw new NotImplementedException();

    /// <summary>Gets what the configuration says.</summary>
    internal ModelConfig Config => throw new NotImplementedException();

    /// <summary>Gets the small files, byte for byte.</summary>
    internal ModelFiles Files => throw new NotImplementedException();

    /// <summary>Gets the adapters, all active, in order.</summary>
    internal IReadOnlyList<Adapter> Adapters => throw new NotImplementedException();

    /// <summary>Gets the scalar head of a reward model, [1, D]; null for a policy.</summary>
    internal Parameter? RewardHead => throw new NotImplementedException();

    /// <summary>An object equal for models that share base weights.</summary>
    internal object BaseIdentity => throw new NotImplementedException();

    /// <summary>The base weights in the encoding in which they came; float32 where they were trained. Valid while this handle is.</summary>
    internal IReadOnlyCollection<StoredTensor> BaseWeights => throw new NotImplementedException();

    /// <summary>The same base with other adapters and head. The new handle is the caller's.</summary>
    internal LanguageModel With(IReadOnlyList<Adapter> adapters, Parameter? rewardHead) => throw new NotImplementedException();

    /// <summary>A copy of all weights with the adapters merged in, whose parameters train.</summary>
    internal LanguageModel TrainableCopy() => throw new NotImplementedException();

    /// <summary>The parameters that train: those of a trainable copy, of adapters and of a head that require gradients.</summary>
    internal IReadOnlyList<Parameter> TrainableParameters => throw new NotImplementedException();

    /// <summary>Module paths of all linear layers but the head, e.g. <c>model.layers.0.mlp.up_proj</c>, with [out, in].</summary>
    internal IReadOnlyDictionary<string, (long Out, long In)> LinearLayers => throw new NotImplementedException();

    /// <summary>The merged weight of a linear layer, float32 (adapters included). Shape <c>[out, in]</c>; the caller's.</summary>
    internal Tensor MergedWeight(string path) => throw new NotImplementedException();

    /// <summary>Final hidden states (after the last norm). Shape <c>[N, D]</c>.</summary>
    internal Tensor Hidden(PackedRows rows, ForwardOptions options) => throw new NotImplementedException();

    /// <summary>Next-token logits of hidden states, float32. Shape <c>[M, D]</c> to <c>[M, V]</c>; for generation and tests only.</summary>
    internal Tensor Logits(Tensor hidden, ForwardOptions options) => throw new NotImplementedException();

    /// <summary>Log-probabilities of the target tokens, in nats, float32. Shape <c>[M]</c>.</summary>
    internal Tensor TokenLogProbs(PackedRows rows, PackedTargets targets, ForwardOptions options) => throw new NotImplementedException();

    /// <summary>Log-probabilities of the completions. Shapes <c>[S]</c>.</summary>
    internal SequenceLogProbs LogProbs(PackedRows rows, PackedTargets targets, ForwardOptions options) => throw new NotImplementedException();

    /// <summary>Rewards at the end token of each sequence, float32. Shape <c>[S]</c>.</summary>
    internal Tensor Rewards(PackedRows rows, PackedTargets targets, ForwardOptions options) => throw new NotImplementedException();
}
