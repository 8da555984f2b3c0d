namespace Microsoft.ML.Alignment;

/// <summary>Training that produced a loss or gradient that is not a finite number. The step was not taken.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(string stage, int step, string quantity, double value, string? checkpointPath)
        : base($"{stage} diverged in step {step}: the {quantity} is {value}, where a finite number is needed; the step was not taken. " +
            "Try a smaller learning rate, a longer warmup, a smaller maximum gradient norm or float32 precision, " +
            "and look at the data of that step." +
            (checkpointPath is null ? "" : $" The last checkpoint is '{checkpointPath}'.")) =>
        (Stage, Step, Quantity, Value, CheckpointPath) = (stage, step, quantity, value, checkpointPath);

    /// <summary>Gets the method that trained, e.g. <c>Dpo</c>.</summary>
    public string Stage { get; }

    /// <summary>Gets the optimizer step, from 1, that was not taken.</summary>
    public int Step { get; }

    /// <summary>Gets what was not finite: <c>loss</c> or <c>gradient norm</c>.</summary>
    public string Quantity { get; }

    /// <summary>Gets its value: not a number, or infinite.</summary>
    public double Value { get; }

    /// <summary>Gets the folder of the stage's last checkpoint; null if there is none.</summary>
    public string? CheckpointPath { get; }
}
