using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>What distinguishes one method on single labelled completions from another.</summary>
/// <param name="logRatios">Attached to the graph.</param>
/// <param name="point">What outcomes are compared with: the value of an <see cref="IReferencePoint{TBatch}"/>.</param>
internal delegate FeedbackLoss UnpairedLoss(LabelledValues logRatios, Tensor point);
