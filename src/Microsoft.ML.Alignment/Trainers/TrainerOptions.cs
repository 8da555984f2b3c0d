using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment;

/// <summary>What the options of all trainers have.</summary>
public abstract record TrainerOptions
{
    private protected TrainerOptions()
    {
    }

    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>Gets how prompts are read. The default is as the column says.</summary>
    public PromptFormat PromptFormat { get; init; }

    /// <summary>Gets how to train. What it leaves open, the learning rate and the epochs, is the method's.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Gets the adapter to train; null, the default, trains all weights.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>
    /// Gets the local time that chat templates are told while rows are read, where they ask for it (<c>strftime_now</c>). The default, null,
    /// is the time when the stage began; a workspace keeps it, so that a run that goes on another day reads the same.
    /// </summary>
    public DateTime? TemplateTime { get; init; }

    /// <summary>Gets the model to start from instead of the one upstream; borrowed. The default is null.</summary>
    [JsonIgnore]
    public LanguageModel? InitialModel { get; init; }

    /// <summary>Gets the text columns, of training and of scoring.</summary>
    internal abstract TextColumns Columns { get; }

    /// <summary>Gets how the fitted stage writes completions; null for one that does not.</summary>
    internal virtual GenerationOptions? Writing => null;
}

/// <summary>What the options of trainers have that fit a policy.</summary>
public abstract record PolicyTrainerOptions : TrainerOptions
{
    private protected PolicyTrainerOptions()
    {
    }

    /// <summary>Gets how the fitted policy writes completions. The default is greedily.</summary>
    public GenerationOptions Generation { get; init; } = new();

    internal sealed override GenerationOptions? Writing => Generation;
}

/// <summary>What the options of trainers have that fit a policy to pairs of a better and a worse completion.</summary>
public abstract record PairwiseTrainerOptions : PolicyTrainerOptions
{
    private protected PairwiseTrainerOptions()
    {
    }

    /// <summary>Gets the text column of the better completions. The default is <c>Chosen</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Chosen;

    /// <summary>Gets the text column of the worse completions. The default is <c>Rejected</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string RejectedColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Rejected;

    internal sealed override TextColumns Columns => new(PromptColumnName, ChosenColumnName, RejectedColumnName, ColumnNames.Completion);
}
