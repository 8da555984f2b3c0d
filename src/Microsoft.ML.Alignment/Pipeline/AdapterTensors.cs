using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Trained parameters, adapters and heads, as stored float32 tensors and back.</summary>
internal static class AdapterTensors
{
    private const string A = ".lora_A.weight";
    private const string B = ".lora_B.weight";

    public static IReadOnlyList<StoredTensor> Of(Adapter adapter) =>
        [.. adapter.Updates.SelectMany(u => new[] { new ParameterTensor(u.Key + A, u.Value.A), new ParameterTensor(u.Key + B, u.Value.B) })];

    public static IReadOnlyList<StoredTensor> Of(Parameter head) => [new ParameterTensor(ScalarHead.WeightName, head)];

    /// <summary>Builds the adapter that was saved.</summary>
    /// <exception cref="FormatException">A matrix is not there.</exception>
    public static Adapter Adapter(SavedAdapter saved, IReadOnlyList<StoredTensor> tensors)
    {
        var byName = tensors.ToDictionary(t => t.Name);
        return new(saved.Name, saved.Config, saved.Updates.ToDictionary(u => u.Key, u => new LowRankUpdate(
            Parameter(byName, u.Key + A), Parameter(byName, u.Key + B), u.Value.Scale, u.Value.Dropout)));
    }

    public static Parameter RewardHead(IReadOnlyList<StoredTensor> tensors) => Parameter(tensors.ToDictionary(t => t.Name), ScalarHead.WeightName);

    private static Parameter Parameter(Dictionary<string, StoredTensor> tensors, string name)
    {
        if (!tensors.TryGetValue(name, out var stored) || stored.Encoding != TensorEncoding.F32 || stored.Shape.Length != 2)
            throw new FormatException($"The model file has no float32 matrix '{name}', which a stage refers to; it is incomplete.");
        var values = new float[stored.ByteLength / sizeof(float)];
        stored.Read(0, MemoryMarshal.AsBytes(values.AsSpan()));
        using var matrix = tensor(values, stored.Shape);
        return new Parameter(matrix.clone().DetachFromDisposeScope(), requires_grad: false);
    }

    private sealed class ParameterTensor(string name, Parameter parameter) : StoredTensor(name, TensorEncoding.F32, parameter.shape)
    {
        private readonly byte[] _bytes = Bytes(parameter);

        public override long ByteLength => _bytes.Length;

        public override void Read(long offset, Span<byte> destination) =>
            _bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);

        private static byte[] Bytes(Parameter parameter)
        {
            using var onCpu = parameter.detach().cpu().contiguous();
            return onCpu.bytes.ToArray();
        }
    }
}
