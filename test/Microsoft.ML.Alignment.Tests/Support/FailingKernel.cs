using Microsoft.ML.Alignment.Kernels;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Twice its input, whose backward pass throws.</summary>
internal sealed class FailingKernel : KernelFunction<FailingKernel>
{
    public static Tensor Apply(Tensor x, string message = "backward went wrong") => Run(x, message);

    protected override Tensor Forward(SavedForBackward saved, object[] inputs)
    {
        saved.State = inputs[1];
        return ((Tensor)inputs[0]).mul(2);
    }

    protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient) => throw new InvalidOperationException((string)saved.State!);
}
