using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>An adapter alone as a GGUF file, which llama.cpp puts on a file of the base, quantised or not.</summary>
internal static class GgufAdapterFile
{
    private const string First = ".weight.lora_a";
    private const string Second = ".weight.lora_b";

    /// <summary>Writes an adapter.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model that has the adapter.</param>
    /// <param name="adapter">The adapter.</param>
    public static void Write(string path, LanguageModel model, Adapter adapter)
    {
        var names = new GgufTensors(model);
        // llama.cpp scales each update by alpha over its rank; where scales differ otherwise, the second matrix has the rest.
        var alpha = adapter.Updates.Values.Max(AlphaOf);
        KeyValuePair<string, object>[] metadata =
        [
            new("general.architecture", model.Config.Family.Gguf.Architecture),
            new("general.type", "adapter"),
            new("general.name", adapter.Name),
            new("general.base_model.count", 1u),
            new("general.base_model.0.name", BaseModelName.Of(model).Split('/')[^1]),
            new("adapter.type", "lora"),
            new("adapter.lora.alpha", (float)alpha),
        ];
        TensorToWrite[] tensors =
        [
            .. adapter.Updates.OrderBy(update => update.Key, StringComparer.Ordinal)
                .SelectMany(update => Matrices(names.NameOf(update.Key), update.Value)),
        ];
        AtomicFile.Write(path, stream => GgufWriter.Write(stream, metadata, tensors));

        IEnumerable<TensorToWrite> Matrices(string name, LowRankUpdate update)
        {
            yield return TensorToWrite.Copy(new TensorStoredTensor(name + First, update.A), name + First);
            var factor = AlphaOf(update) / alpha;
            yield return new(name + Second, TensorEncoding.F32, update.B.shape, stream =>
            {
                using var noGrad = no_grad();
                using var values = factor == 1 ? update.B.detach() : update.B.Times(factor);
                var stored = new TensorStoredTensor(name + Second, values);
                var heads = GgufHeads.CountOf(model.Config.Family.Gguf, name + ".", model.Config.HeadCount, model.Config.KeyValueHeadCount);
                StoredTensor laid = heads > 0 ? new NeighbourHeadsTensor(stored, stored.Name, model.Config.HeadSize) : stored;
                TensorToWrite.Copy(laid, stored.Name).Write(stream);
            });
        }
    }

    private static double AlphaOf(LowRankUpdate update) => update.Scale * update.A.shape[0];
}
