using System.Globalization;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Where a run computes, by name.</summary>
internal static class RunDevice
{
    private const string Cpu = "cpu", Cuda = "cuda", Mps = "mps";
    private const string Numbered = Cuda + ":";

    /// <summary>Checks that a name is one of those that are known.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string RequireName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name is Cpu or Cuda or Mps || IndexOf(name) is not null ? name : throw new ArgumentException(
            $"There is no device '{name}'; allowed are cpu, cuda, cuda:0 and further numbers, and mps.", nameof(name));
    }

    /// <summary>Checks that the device of a run is there; nothing is loaded for that of every machine.</summary>
    /// <exception cref="NotSupportedException">TorchSharp does not have it here; the message says what to install.</exception>
    public static void RequireThere(AlignmentRun run)
    {
        if (run.Device != Cpu)
            _ = Of(run);
    }

    /// <summary>The device of a run.</summary>
    /// <exception cref="NotSupportedException">TorchSharp does not have it here; the message says what to install.</exception>
    public static Device Of(AlignmentRun run) => Of(run.Device, () => cuda.is_available() ? cuda.device_count() : 0, mps_is_available);

    /// <summary>The device of a name on a machine that has so many.</summary>
    /// <param name="name">As <see cref="RequireName"/> allows.</param>
    /// <param name="cudaDevices">Counts CUDA devices.</param>
    /// <param name="hasMps">Whether there is Apple's GPU.</param>
    public static Device Of(string name, Func<int> cudaDevices, Func<bool> hasMps)
    {
        if (name == Cpu)
            return CPU;
        if (name == Mps)
            return hasMps() ? MPS : throw new NotSupportedException(
                "The device 'mps' is not there: it needs a Mac with an Apple processor and the package TorchSharp-cpu. Use cpu, or cuda.");
        var (index, count) = (IndexOf(name) ?? 0, cudaDevices());
        if (count == 0)
            throw new NotSupportedException(
                $"The device '{name}' is not there: add the package TorchSharp-cuda-{(OperatingSystem.IsWindows() ? "windows" : "linux")} to the " +
                "application in place of TorchSharp-cpu, on a machine with an NVIDIA GPU and its driver. Or use cpu.");
        return index < count ? new Device(DeviceType.CUDA, index) : throw new NotSupportedException(
            $"The device '{name}' is not there: there are {count}, cuda:0 to cuda:{count - 1}.");
    }

    private static int? IndexOf(string name) =>
        name.StartsWith(Numbered, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
