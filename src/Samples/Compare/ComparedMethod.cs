using Microsoft.ML;

namespace Samples.Compare;

/// <summary>A method that is compared.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Title">Its name in table and chart.</param>
/// <param name="HeldBy">What is there to hold it near the model that it starts from.</param>
/// <param name="Create">Makes the estimator of the policy, or a chain of estimators whose last is that.</param>
internal sealed record ComparedMethod(string Key, string Title, Anchor HeldBy, Func<MethodSettings, IEstimator<ITransformer>> Create)
{
    /// <summary>Whether it is given questions and writes answers itself; the others are given pairs.</summary>
    public bool WritesAnswers { get; init; }

    /// <summary>Whether it trains on rows of its own choice instead of the pairs that it is given.</summary>
    public bool HasOwnRows { get; init; }

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
