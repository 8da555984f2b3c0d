namespace Samples.Compare;

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
