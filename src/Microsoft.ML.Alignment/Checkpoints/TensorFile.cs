using System.Security.Cryptography;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>Named float32 tensors in a safetensors file.</summary>
internal static class TensorFile
{
    /// <summary>Writes tensors.</summary>
    /// <returns>The SHA-256 of the file, in lower-case hex.</returns>
    public static string Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        SafetensorsWriter.Write(
            path, tensors.Select(tensor => TensorToWrite.Copy(new TensorStoredTensor(tensor.Key, tensor.Value), tensor.Key)));
        return Hash(path);
    }

    /// <summary>The tensors of a file, on the host, in the caller's dispose scope.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Dictionary<string, Tensor> Read(string path, string expectedHash)
    {
        if (Hash(path) is var found && found != expectedHash)
            throw new InvalidDataException($"'{path}' is damaged: its SHA-256 is {found}, it was written with {expectedHash}.");
        using var file = SafetensorsFile.Open(path);
        return file.ReadTensors().ToDictionary(tensor => tensor.Name, WeightDecoder.Decode);
    }

    /// <summary>Copies the tensors of a file into those of the same names.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or its tensors are not those that are wanted.</exception>
    public static void Read(string path, string expectedHash, IReadOnlyDictionary<string, Tensor> into)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var stored = Read(path, expectedHash);
        if (stored.Keys.Except(into.Keys).Concat(into.Keys.Except(stored.Keys)).FirstOrDefault() is { } odd)
            throw new InvalidDataException(
                $"'{path}' and the model that trains do not have the same tensors; '{odd}' is only in one of them.");
        var bag = new StateBag(stored, []);
        foreach (var (name, tensor) in into)
            tensor.copy_(bag.ReadTensor(name, tensor.shape));
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
