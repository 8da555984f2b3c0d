using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Makes parameters that belong to no dispose scope and leave no temporaries behind.</summary>
internal static class NewParameter
{
    /// <summary>A parameter of made values; the caller's.</summary>
    /// <param name="make">Makes the values, without gradients; what it makes besides is freed.</param>
    /// <param name="trains">Whether it requires gradients.</param>
    public static Parameter Of(Func<Tensor> make, bool trains)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parameter = new Parameter(make(), trains);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
