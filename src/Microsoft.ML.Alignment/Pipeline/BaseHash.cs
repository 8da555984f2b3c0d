using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// Remembers what the weights of a base were when a stage began. Weights that nobody trained are read from their file whenever they are needed,
/// and the file may have been overwritten since.
/// </summary>
internal static class BaseHash
{
    // The weights of one base go through several stages and are hashed once.
    private static readonly ConditionalWeakTable<object, string> Known = [];

    /// <summary>The SHA-256 of a model's base weights, as they were when it was first asked for.</summary>
    public static string Of(LanguageModel model) => Known.GetValue(model.BaseIdentity, _ => TensorBlob.Hash(model.BaseWeights));

    /// <summary>Refuses base weights that are not what they were.</summary>
    /// <param name="model">The model.</param>
    /// <param name="found">The SHA-256 of its base weights as they are read now.</param>
    /// <exception cref="InvalidDataException">They changed since a stage began with them.</exception>
    public static void Require(LanguageModel model, string found)
    {
        if (Known.TryGetValue(model.BaseIdentity, out var known) && known != found)
            throw new InvalidDataException(
                $"The weights of '{model.Source}' are not those that the model was trained on: their SHA-256 is '{found}', and was '{known}' "
                + "when the stage began. The file was overwritten meanwhile. Put the file back that was there, or train again; nothing was saved.");
    }
}
