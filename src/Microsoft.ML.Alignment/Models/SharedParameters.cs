using System.Runtime.CompilerServices;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Counts the models that hold a parameter of an adapter or a head, which live as long as some model has them.</summary>
/// <remarks>
/// A parameter belongs to nobody until a model has it; one that never gets into a model is left to its finaliser. The count hangs on the
/// parameter itself, so that models of different chains may share adapters.
/// </remarks>
internal static class SharedParameters
{
    private static readonly ConditionalWeakTable<Parameter, Lifetime> Lifetimes = [];

    /// <summary>Adds a holder to each parameter.</summary>
    /// <exception cref="ObjectDisposedException">The last model that had one of them was disposed.</exception>
    public static void AddReference(IEnumerable<Parameter> parameters)
    {
        var held = new List<Parameter>();
        try
        {
            foreach (var parameter in parameters)
            {
                if (!Lifetimes.TryAdd(parameter, new(parameter)) && Lifetimes.TryGetValue(parameter, out var lifetime))
                    lifetime.AddReference();
                held.Add(parameter);
            }
        }
        catch
        {
            Release(held);
            throw;
        }
    }

    /// <summary>Takes a holder from each parameter; the last one frees it.</summary>
    public static void Release(IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
            if (Lifetimes.TryGetValue(parameter, out var lifetime))
                lifetime.Release();
    }

    private sealed class Lifetime(Parameter parameter) : ReferenceCounted
    {
        protected override string What => "A parameter of an adapter or a reward head, whose last model was disposed,";

        protected override void Free() => parameter.Dispose();
    }
}
