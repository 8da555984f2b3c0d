using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Turns stored tensors into the weights of a network; what does not fit is refused by name.</summary>
internal static class WeightLoader
{
    private const int NamesShown = 8;

    /// <summary>Checks that tensors are the weights of a configuration; each is decoded, looked at and freed.</summary>
    /// <param name="config">What the configuration says.</param>
    /// <param name="stored">The tensors of the checkpoint.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <returns>Those that the network has, in its order.</returns>
    /// <exception cref="InvalidDataException">Weights are missing, superfluous, double, of a wrong shape or not finite.</exception>
    public static IReadOnlyCollection<StoredTensor> Check(ModelConfig config, IReadOnlyCollection<StoredTensor> stored, string source)
    {
        var byName = ByName(config, stored, source);
        var layout = DecoderLayout.Of(config);
        var specs = layout.Weights.ToArray();
        var tiedHead = layout.IsTied ? layout.Head.Weights.Single() : null;
        RequireNames(config, specs, tiedHead, byName.Keys, source);
        foreach (var spec in specs)
            RequireShape(spec, byName[spec.Name], source);
        foreach (var spec in specs)
            WeightDecoder.Decode(byName[spec.Name]).Dispose();
        if (tiedHead is not null && byName.TryGetValue(tiedHead.Name, out var head))
            RequireEqual(head, byName[layout.Embedding.Name], source);
        return [.. specs.Select(spec => byName[spec.Name])];
    }

    /// <summary>Decodes a tensor onto a device; float32, the caller's.</summary>
    /// <exception cref="InvalidDataException">A value is not finite.</exception>
    public static Tensor Decode(StoredTensor stored, Device device)
    {
        var values = WeightDecoder.Decode(stored);
        if (device.type == DeviceType.CPU)
            return values;
        using (values)
            return values.to(device);
    }

    /// <summary>Decodes tensors onto a device, into frozen float32 parameters by name, which are the caller's.</summary>
    /// <exception cref="InvalidDataException">A value is not finite.</exception>
    public static IReadOnlyDictionary<string, Parameter> Decode(IReadOnlyCollection<StoredTensor> stored, Device device)
    {
        var weights = new Dictionary<string, Parameter>();
        try
        {
            foreach (var tensor in stored)
                weights[tensor.Name] = NewParameter.Of(() => Decode(tensor, device), trains: false);
            return weights;
        }
        catch
        {
            foreach (var weight in weights.Values)
                weight.Dispose();
            throw;
        }
    }

    private static Dictionary<string, StoredTensor> ByName(ModelConfig config, IReadOnlyCollection<StoredTensor> stored, string source)
    {
        var result = new Dictionary<string, StoredTensor>();
        foreach (var tensor in stored)
        {
            var name = config.Family.CanonicalName(tensor.Name);
            if (!result.TryAdd(name, name == tensor.Name ? tensor : new RenamedTensor(tensor, name)))
                throw new InvalidDataException($"{source}: weight '{name}' is there twice.");
        }

        return result;
    }

    private static void RequireNames(
        ModelConfig config, WeightSpec[] specs, WeightSpec? tiedHead, IReadOnlyCollection<string> names, string source)
    {
        var missing = specs.Select(spec => spec.Name).Except(names).ToArray();
        if (missing.Length > 0)
            throw new InvalidDataException($"{source}: weights are missing that {ModelFiles.Config} asks for: {Shown(missing)}.");
        var buffers = config.Family.IgnoredBuffers;
        var superfluous = names.Except(specs.Select(spec => spec.Name))
            .Where(name => name != tiedHead?.Name && !buffers.Any(end => name.EndsWith(end, StringComparison.Ordinal))).ToArray();
        if (superfluous.Length > 0)
            throw new InvalidDataException(
                $"{source}: weights are there that a '{config.ModelType}' of this {ModelFiles.Config} does not have: {Shown(superfluous)}.");
    }

    private static void RequireShape(WeightSpec spec, StoredTensor stored, string source)
    {
        if (!stored.Shape.AsSpan().SequenceEqual(spec.Shape))
            throw new InvalidDataException(
                $"{source}: weight '{spec.Name}' has shape [{string.Join(", ", stored.Shape)}]; " +
                $"by {ModelFiles.Config} it must have [{string.Join(", ", spec.Shape)}].");
    }

    private static void RequireEqual(StoredTensor head, StoredTensor embedding, string source)
    {
        using var headValues = WeightDecoder.Decode(head);
        using var embeddingValues = WeightDecoder.Decode(embedding);
        if (!headValues.Equals(embeddingValues))
            throw new InvalidDataException(
                $"{source}: tie_word_embeddings is true, but '{head.Name}' differs from '{embedding.Name}'. " +
                $"Set tie_word_embeddings to false in {ModelFiles.Config} if the model was trained so.");
    }

    private static string Shown(string[] names) => names.Length <= NamesShown
        ? string.Join(", ", names)
        : $"{string.Join(", ", names[..NamesShown])} and {names.Length - NamesShown} more";
}
