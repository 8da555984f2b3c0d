using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// What distinguishes one pairwise method from another: log-probabilities of both sides under policy and reference in, loss out.
/// </summary>
/// <param name="policy">Attached to the graph.</param>
/// <param name="reference">Constants.</param>
internal delegate PreferenceLoss PairwiseLoss(PairLogProbs policy, PairLogProbs reference);

/// <summary>The same of a method that compares the policy with nothing.</summary>
/// <param name="policy">Attached to the graph.</param>
internal delegate PreferenceLoss ReferenceFreeLoss(PairLogProbs policy);
