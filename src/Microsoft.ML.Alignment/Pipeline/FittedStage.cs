using System.Text.Json;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>What a stage is made of.</summary>
/// <param name="Settings">All but the models.</param>
/// <param name="Model">The policy or reward model.</param>
/// <param name="Reference">The reference of a policy's implicit rewards; null where there is none.</param>
internal sealed record FittedStage(FittedSettings Settings, LanguageModel Model, LanguageModel? Reference = null) : IDisposable
{
    public void Dispose()
    {
        Model.Dispose();
        Reference?.Dispose();
    }

    /// <summary>Another handle on the models; the caller's.</summary>
    /// <exception cref="ObjectDisposedException">The stage was disposed.</exception>
    public FittedStage Share()
    {
        var model = Model.Share();
        try
        {
            return this with { Model = model, Reference = Reference?.Share() };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}

/// <summary>What is known of a fitted stage beside its models.</summary>
internal sealed record FittedSettings
{
    /// <summary>Gets the method, in lower case, e.g. <c>dpo</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Gets the names of the text columns that are scored.</summary>
    public required TextColumns Columns { get; init; }

    /// <summary>Gets how prompts are read: never <see cref="PromptFormat.FromColumn"/>.</summary>
    public required PromptFormat PromptFormat { get; init; }

    /// <summary>Gets how a policy writes completions; null for reward models.</summary>
    public GenerationOptions? Generation { get; init; }

    /// <summary>Gets the factor of implicit rewards; null where there is no reference.</summary>
    public double? Beta { get; init; }

    /// <summary>Gets the trainer's options, for whoever wants to know how a model was made; nothing reads them.</summary>
    public JsonElement? Options { get; init; }
}

/// <summary>The columns that a stage looks for; what it computes from one is there where the column is.</summary>
internal sealed record TextColumns(string Prompt, string Chosen, string Rejected, string Completion);
