using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment;

/// <summary>What the options of trainers have that fit a policy to single labelled completions.</summary>
public abstract record UnpairedTrainerOptions : PolicyTrainerOptions
{
    private protected UnpairedTrainerOptions()
    {
    }

    /// <summary>Gets the text column of completions. The default is <c>Completion</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

    /// <summary>Gets the Boolean column that says whether a completion is desirable. The default is <c>Label</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string LabelColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Label;

    /// <summary>Gets what the policy is compared with. The default is the policy that comes in.</summary>
    public ReferencePolicy Reference { get; init => field = Require.NotNull(value); } = new ReferencePolicy.Incoming();

    internal sealed override TextColumns Columns => new(PromptColumnName, ColumnNames.Chosen, ColumnNames.Rejected, CompletionColumnName);
}
