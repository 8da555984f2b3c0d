namespace Microsoft.ML.Alignment.Training;

/// <summary>What a method takes for options that are null; differs between full and LoRA training.</summary>
/// <param name="LearningRate">Peak learning rate.</param>
/// <param name="Epochs">Passes over the data.</param>
internal readonly record struct TrainingDefaults(double LearningRate, int Epochs)
{
    /// <summary>Gets AdamW's term beside the root.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;
}
