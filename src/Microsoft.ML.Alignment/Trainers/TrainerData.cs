namespace Microsoft.ML.Alignment.Trainers;

/// <summary>What a trainer works with beside its options.</summary>
/// <param name="Run">Progress and cancellation.</param>
/// <param name="TrainingSet">What to train on; null is the pipeline's data.</param>
/// <param name="ValidationSet">What to measure on while training; null for nothing.</param>
internal sealed record TrainerData(AlignmentRun Run, IDataView? TrainingSet, IDataView? ValidationSet);
