using System.Text;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment;

/// <summary>
/// A language model: weights, tokenizer, chat template and a stack of adapters. Immutable; safe to score from several threads.
/// </summary>
/// <remarks>
/// A handle over weights that are counted by reference: models of one chain share their base, models that have an adapter or a reward head
/// in common share that. Dispose the handles that you own; the last handle frees the weights, the last model that has an adapter frees the
/// adapter. What nobody disposes is left to the garbage collector. A call holds a share of the models it is given until it returns, so that
/// a handle may be disposed while another thread uses it.
/// </remarks>
public sealed class LanguageModel : IDisposable
{
    private readonly ModelStack _stack;
    private int _disposed;

    private LanguageModel(ModelStack stack) => _stack = stack;

    /// <summary>Makes a fresh model with random weights: matrices normal with <c>initializer_range</c>, norms 1, biases 0.</summary>
    /// <param name="configJson">The text of a <c>config.json</c>, which says the family and the sizes.</param>
    /// <param name="tokenizer">The tokenizer; its ids must lie in the vocabulary of the configuration.</param>
    /// <param name="seed">Equal seeds give equal weights.</param>
    /// <exception cref="NotSupportedException">The configuration asks for something that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A value of the configuration is missing or makes no sense.</exception>
    /// <exception cref="ArgumentException">The tokenizer has more ids than the configuration's vocabulary.</exception>
    public static LanguageModel Create(string configJson, ModelTokenizer tokenizer, int seed)
    {
        ArgumentNullException.ThrowIfNull(configJson);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var config = ModelConfig.Parse(configJson, null);
        if (tokenizer.VocabularySize > config.VocabularySize)
            throw new ArgumentException(
                $"The tokenizer has {tokenizer.VocabularySize} ids; vocab_size of the configuration is {config.VocabularySize} and must not be less.",
                nameof(tokenizer));
        var files = new ModelFiles(new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = Encoding.UTF8.GetBytes(configJson),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(tokenizer.Json),
        });
        return OverNewCore(new(files, config, RandomWeights.Make(config, seed), "a fresh model") { Tokenizer = tokenizer }, [], null);
    }

    /// <summary>Gets the tokenizer.</summary>
    /// <exception cref="InvalidOperationException">The model came without a <c>tokenizer.json</c>.</exception>
    public ModelTokenizer Tokenizer => Stack.Core.Tokenizer
        ?? throw new InvalidOperationException($"The model '{Source}' has no {ModelFiles.Tokenizer}; put the one of its family beside its weights.");

    /// <summary>Gets the chat template; null if the model has none.</summary>
    /// <exception cref="ChatTemplateException">The template cannot be read.</exception>
    /// <exception cref="NotSupportedException">The model has several templates and none is the default.</exception>
    public ChatTemplate? ChatTemplate => Stack.Core.ChatTemplate.Value;

    /// <summary>Gets the names of the adapters, in the order in which they were trained.</summary>
    public IReadOnlyList<string> AdapterNames => [.. Adapters.Select(adapter => adapter.Name)];

    /// <summary>Gets another handle on the same model, which its holder disposes.</summary>
    /// <exception cref="ObjectDisposedException">This handle was disposed.</exception>
    public LanguageModel Share()
    {
        Stack.AddReference();
        return new(_stack) { History = History };
    }

    /// <summary>
    /// Says in several lines what the model is and how each stage trained it: options as resolved, data with their counts and hash, metrics
    /// at the end, versions, matrix kernel, threads, time and peak memory.
    /// </summary>
    /// <exception cref="ObjectDisposedException">This handle was disposed.</exception>
    public string Describe()
    {
        using var held = Share();
        return ModelDescription.Of(held);
    }

    /// <summary>Lets go of the model; the last handle frees it. Further calls do nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _stack.Release();
    }

    /// <summary>
    /// Builds a model from its small files and weights. Weights missing, superfluous, of a wrong shape or not finite: refused by name.
    /// </summary>
    /// <param name="files">At least <c>config.json</c>.</param>
    /// <param name="weights">
    /// The tensors of the checkpoint; they are kept and must stay readable. What they are read from is closed with the model; where
    /// loading fails, that is left to the caller.
    /// </param>
    /// <param name="source">Where the model comes from, for messages.</param>
    /// <exception cref="NotSupportedException">The configuration asks for something that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A file is missing or makes no sense, or the weights do not fit the configuration.</exception>
    internal static LanguageModel Load(ModelFiles files, IReadOnlyCollection<StoredTensor> weights, string source)
    {
        var configJson = files.Text(ModelFiles.Config) ?? throw new InvalidDataException($"{source}: {ModelFiles.Config} is missing.");
        var config = ModelConfig.Parse(configJson, files.Text(ModelFiles.GenerationConfig));
        var tokenizer = files.Text(ModelFiles.Tokenizer) is { } json ? ModelTokenizer.FromJson(json) : null;
        var ends = EndTokens.Of(config, files, tokenizer);
        config = config with { EosTokenIds = ends.Ids };
        return OverNewCore(
            new(files, config, WeightLoader.Check(config, weights, source), source)
            {
                Tokenizer = tokenizer, EndTokenDisagreement = ends.Disagreement, Storages = StoredTensor.StoragesOf(weights),
            },
            [], null);
    }

    /// <summary>Gets where the base came from, for messages: a path or the name of a zip.</summary>
    internal string Source => Stack.Core.Source;

    /// <summary>Gets how the model's files disagree about the tokens that end a completion; null if they do not.</summary>
    internal string? EndTokenDisagreement => Stack.Core.EndTokenDisagreement;

    /// <summary>Gets what the configuration says.</summary>
    internal ModelConfig Config => Stack.Core.Config;

    /// <summary>Gets the small files, byte for byte.</summary>
    internal ModelFiles Files => Stack.Core.Files;

    /// <summary>Gets the adapters, all active, in order.</summary>
    internal IReadOnlyList<Adapter> Adapters => Stack.Adapters.Adapters;

    /// <summary>Gets what draws the inputs that adapters drop while they train; the training starts it and keeps its state.</summary>
    internal DropoutStream Dropout => Stack.Adapters.Dropout;

    /// <summary>Gets the scalar head of a reward model, [1, D]; null for a policy.</summary>
    internal Parameter? RewardHead => Stack.RewardHead;

    /// <summary>An object equal for models that share base weights.</summary>
    internal object BaseIdentity => Stack.Core;

    /// <summary>Gets the SHA-256 of all that the base is: small files and weights.</summary>
    internal string BaseHash => Stack.Core.Hash;

    /// <summary>Gets the SHA-256 of the base's weights in the encoding in which they came.</summary>
    internal string WeightsHash => Stack.Core.WeightsHash;

    /// <summary>The base weights in the encoding in which they came; float32 where they were trained. Valid while this handle is.</summary>
    internal IReadOnlyCollection<StoredTensor> BaseWeights => Stack.Core.Stored;

    /// <summary>Gets the network of the base; for passes with another attention than that over packed rows.</summary>
    internal DecoderNetwork Network => Stack.Core.Network;

    /// <summary>The same base with other adapters and head. The new handle is the caller's.</summary>
    /// <remarks>Adapters and head live until the last model that has them is disposed.</remarks>
    /// <exception cref="ArgumentException">An adapter or the head does not fit the base, or two adapters have one name.</exception>
    /// <exception cref="ObjectDisposedException">
    /// This handle was disposed, or an adapter or the head was freed with its last model.
    /// </exception>
    internal LanguageModel With(IReadOnlyList<Adapter> adapters, Parameter? rewardHead) =>
        new(new(Stack.Core, adapters, rewardHead)) { History = History };

    /// <summary>Gets how the model was trained, stage by stage; empty for one that was not, or of which it was not kept.</summary>
    internal IReadOnlyList<TrainingRecord> History { get; private init; } = [];

    /// <summary>Another handle on the same model, with a history. The caller's.</summary>
    internal LanguageModel WithHistory(IReadOnlyList<TrainingRecord> history)
    {
        Stack.AddReference();
        return new(_stack) { History = history };
    }

    /// <summary>A copy of all weights with the adapters merged in, whose parameters train; a reward head is copied too.</summary>
    internal LanguageModel TrainableCopy() => MergedCopy(trains: true);

    /// <summary>A copy of all weights with the adapters merged in and no adapter left; a reward head is copied too.</summary>
    /// <param name="trains">Whether the parameters of the copy require gradients.</param>
    internal LanguageModel MergedCopy(bool trains)
    {
        var merged = LinearLayers.Keys.ToDictionary(path => $"{path}.weight");
        var weights = BaseWeights.Select(weight => weight.Name).ToDictionary(
            name => name,
            name => NewParameter.Of(() => merged.TryGetValue(name, out var path) ? MergedWeight(path) : Stack.Core.Copy(name), trains));
        var head = RewardHead is null ? null : NewParameter.Of(() => RewardHead.clone(), trains);
        using var copy = OverNewCore(new(Files, Config, weights, Source) { Tokenizer = Stack.Core.Tokenizer }, [], head);
        return copy.WithHistory(History);
    }

    /// <summary>The parameters that train: those of a trainable copy, of adapters and of a head that require gradients.</summary>
    internal IReadOnlyList<Parameter> TrainableParameters => Stack.Trainable;

    /// <summary>Module paths of all linear layers but the head, e.g. <c>model.layers.0.mlp.up_proj</c>, with [out, in].</summary>
    internal IReadOnlyDictionary<string, (long Out, long In)> LinearLayers => Stack.Core.LinearShapes;

    /// <summary>
    /// The merged weight of a linear layer, float32 (adapters included), in the shape of checkpoints, which is <c>[out, in]</c> but where
    /// these are transposed. The caller's.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such layer.</exception>
    internal Tensor MergedWeight(string path)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var weight = LinearLayer.Merge(Stack.Core.Copy($"{path}.weight"), Stack.Adapters.UpdatesOf(path), Config.HasTransposedLinears);
        return weight.MoveToOuterDisposeScope();
    }

    /// <summary>A copy of a weight of the base, float32; the caller's.</summary>
    /// <exception cref="KeyNotFoundException">There is no such weight.</exception>
    internal Tensor CopyOf(string name) => Stack.Core.Copy(name);

    /// <summary>The same model on a device; the caller's. Where it lives there already, another handle on it.</summary>
    /// <remarks>Nothing is decoded. What the model is saved as does not depend on where it lives.</remarks>
    internal LanguageModel On(Device device)
    {
        if (device == Device)
            return Share();
        Adapter[] adapters =
        [
            .. Adapters.Select(adapter => adapter with { Updates = adapter.Updates.ToDictionary(u => u.Key, u => Moved(u.Value)) }),
        ];
        using var moved = OverNewCore(Stack.Core.On(device), adapters, RewardHead is { } head ? Copy(head) : null);
        return moved.WithHistory(History);

        LowRankUpdate Moved(LowRankUpdate update) => update with { A = Copy(update.A), B = Copy(update.B) };
        Parameter Copy(Parameter values) => NewParameter.Of(() => values.detach().to(device, copy: true), values.requires_grad);
    }

    /// <summary>Gets where the model lives: its base, adapters and head. Asking decodes nothing.</summary>
    internal Device Device => Stack.Core.Device;

    /// <summary>Computes the hidden states of packed rows, from which all else is read.</summary>
    /// <param name="rows">All tokens.</param>
    /// <param name="options">Precision and dropout.</param>
    /// <exception cref="ArgumentException">An id is not in the vocabulary.</exception>
    internal ForwardResult Forward(PackedRows rows, ForwardOptions options)
    {
        var core = Stack.Core;
        core.RequireKnownIds(rows.Ids);
        using var scope = NewDisposeScope();
        var pass = OpenPass(options);
        var ids = tensor(rows.Ids, device: core.Device);
        var positions = tensor(rows.Positions, device: core.Device);
        using var masks = new AttentionMasks();
        var hidden = core.Network.Hidden(ids, positions, (_, rule, q, k, v) => PackedAttention.Attend(q, k, v, rows, masks, rule), pass);
        return new(core, pass, hidden.MoveToOuterDisposeScope());
    }

    /// <summary>Computes the log-probabilities of completions. Shapes <c>[S]</c>.</summary>
    /// <param name="rows">All tokens.</param>
    /// <param name="targets">Those of the completions.</param>
    /// <param name="options">Precision and dropout.</param>
    /// <param name="statistics">Filled on the way; null where nobody wants them.</param>
    internal SequenceLogProbs LogProbs(PackedRows rows, PackedTargets targets, ForwardOptions options, HeadStatistics? statistics = null)
    {
        using var scope = NewDisposeScope();
        var (sum, count) = Forward(rows, options).At(targets).Sequences(statistics);
        return new(sum.MoveToOuterDisposeScope(), count.MoveToOuterDisposeScope());
    }

    /// <summary>Computes the rewards at the end token of each sequence, float32. Shape <c>[S]</c>.</summary>
    /// <exception cref="InvalidOperationException">The model has no reward head.</exception>
    internal Tensor Rewards(PackedRows rows, PackedTargets targets, ForwardOptions options)
    {
        var head = RewardHead ?? throw new InvalidOperationException($"The model '{Source}' is a policy; only a reward model gives rewards.");
        using var scope = NewDisposeScope();
        return Forward(rows, options).Ends(new(head), targets).MoveToOuterDisposeScope();
    }

    /// <summary>How a pass over this model's layers computes.</summary>
    /// <param name="options">Precision and dropout.</param>
    /// <param name="weightsStandStill">Whether no weight changes and no gradient is wanted until the pass is disposed.</param>
    internal ForwardPass OpenPass(ForwardOptions options, bool weightsStandStill = false) => new(Stack.Adapters, options, weightsStandStill);

    private ModelStack Stack
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
            return _stack;
        }
    }

    // The stack holds the core from now on, and nobody else does.
    private static LanguageModel OverNewCore(ModelCore core, IReadOnlyList<Adapter> adapters, Parameter? rewardHead)
    {
        try
        {
            return new(new(core, adapters, rewardHead));
        }
        finally
        {
            core.Release();
        }
    }
}
