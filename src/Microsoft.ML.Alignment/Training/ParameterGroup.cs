namespace Microsoft.ML.Alignment.Training;

/// <summary>Parameters that train together, e.g. those of the policy, or of a critic beside it.</summary>
/// <param name="Model">The model whose parameters that require gradients train, in place.</param>
internal sealed record ParameterGroup(LanguageModel Model)
{
    /// <summary>The name of the first group.</summary>
    public const string Policy = "policy";

    /// <summary>Gets the name, which stands in metrics and checkpoints of all groups but the policy.</summary>
    public string Name { get; init; } = Policy;

    /// <summary>Gets the factor of the learning rate. The default is 1.</summary>
    public double RateFactor { get; init; } = 1;

    /// <summary>Gets the norm to which the group's gradients are clipped; null, the default, is that of the training.</summary>
    public double? MaxGradientNorm { get; init; }
}
