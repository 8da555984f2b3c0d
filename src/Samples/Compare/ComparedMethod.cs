using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>A method that is compared.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Title">Its name in table and chart.</param>
/// <param name="HeldBy">What is there to hold it near the model that it starts from.</param>
/// <param name="Create">Makes the estimator.</param>
internal sealed record ComparedMethod(string Key, string Title, Anchor HeldBy, Func<MethodSettings, IEstimator<PolicyTransformer>> Create)
{
    /// <summary>Whether it starts from the base model; the others start from the SFT model.</summary>
    public bool FromBase { get; init; }
}

/// <summary>What is there to hold a policy near the model that it starts from.</summary>
internal enum Anchor
{
    /// <summary>Nothing but the learning rate.</summary>
    None,
    /// <summary>A reference policy in the loss.</summary>
    Reference,
    /// <summary>The likelihood of the chosen completions in the loss.</summary>
    SftTerm,
    /// <summary>Both.</summary>
    Both,
}
