using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>A column that a fitted stage computes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Text, Single or Int64.</param>
/// <param name="Inputs">The text columns it is computed from; nothing else is read for it.</param>
internal sealed record ScoreColumn(string Name, DataViewType Type, params string[] Inputs)
{
    public static ScoreColumn Text(string name, params string[] inputs) => new(name, TextDataViewType.Instance, inputs);

    public static ScoreColumn Single(string name, params string[] inputs) => new(name, NumberDataViewType.Single, inputs);

    public static ScoreColumn Count(string name, params string[] inputs) => new(name, NumberDataViewType.Int64, inputs);
}
