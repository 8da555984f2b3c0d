using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Training;

/// <summary>A group of parameters with its optimizer.</summary>
internal sealed class TrainedGroup(ParameterGroup group, ResolvedTraining training) : IDisposable
{
    /// <summary>Gets the parameters.</summary>
    public ParameterGroup Group => group;

    /// <summary>Gets the optimizer over the group's parameters, in the order in which the model names them.</summary>
    public FusedAdamW Optimizer { get; } = new(
        group.Model.TrainableParameters, new(training.AdamBeta1, training.AdamBeta2, training.AdamEpsilon, training.WeightDecay));

    /// <summary>Scales the gradients down to the norm that is allowed.</summary>
    /// <returns>The norm before.</returns>
    public double ClipGradients() => Optimizer.ClipGradients(group.MaxGradientNorm ?? training.MaxGradientNorm);

    /// <summary>Takes an optimizer step.</summary>
    /// <param name="learningRate">The training's rate, before the group's factor.</param>
    public void Step(double learningRate) => Optimizer.Step(group.RateFactor * learningRate);

    public void Dispose() => Optimizer.Dispose();
}
