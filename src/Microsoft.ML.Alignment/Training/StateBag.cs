using System.Text.Json;

namespace Microsoft.ML.Alignment.Training;

/// <summary>What states have written down, in memory: tensors, and values as JSON.</summary>
internal sealed class StateBag : IStateWriter, IStateReader
{
    private readonly string _prefix;

    public StateBag()
        : this([], [], "")
    {
    }

    /// <summary>A bag with what a checkpoint holds.</summary>
    public StateBag(Dictionary<string, Tensor> tensors, Dictionary<string, JsonElement> values)
        : this(tensors, values, "")
    {
    }

    private StateBag(Dictionary<string, Tensor> tensors, Dictionary<string, JsonElement> values, string prefix) =>
        (Tensors, Values, _prefix) = (tensors, values, prefix);

    /// <summary>Gets the tensors, by their full names.</summary>
    public Dictionary<string, Tensor> Tensors { get; }

    /// <summary>Gets the values, by their full names.</summary>
    public Dictionary<string, JsonElement> Values { get; }

    /// <summary>The same bag, whose names all begin with a prefix.</summary>
    public StateBag Under(string prefix) => new(Tensors, Values, _prefix + prefix);

    /// <inheritdoc/>
    public void WriteTensor(string name, Tensor value) => Tensors.Add(_prefix + name, value);

    /// <inheritdoc/>
    public void WriteValue<T>(string name, T value) => Values.Add(_prefix + name, JsonSerializer.SerializeToElement(value));

    /// <inheritdoc/>
    public Tensor ReadTensor(string name) => Tensors.TryGetValue(_prefix + name, out var tensor) ? tensor : throw Missing(name);

    /// <summary>A tensor that must have a certain shape.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, or it has another shape.</exception>
    public Tensor ReadTensor(string name, long[] shape) => ReadTensor(name) is var found && found.shape.AsSpan().SequenceEqual(shape)
        ? found
        : throw new InvalidDataException(
            $"'{_prefix}{name}' has the shape [{string.Join(", ", found.shape)}]; [{string.Join(", ", shape)}] is needed.");

    /// <inheritdoc/>
    public T ReadValue<T>(string name)
    {
        if (!Values.TryGetValue(_prefix + name, out var value))
            throw Missing(name);
        try
        {
            return value.Deserialize<T>()!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{_prefix}{name}' is no {typeof(T).Name}: {e.Message}", e);
        }
    }

    private InvalidDataException Missing(string name) => new($"'{_prefix}{name}' is missing.");
}
