using System.Buffers.Binary;
using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Draws which inputs are dropped, from a generator of its own: what other trainings draw meanwhile changes nothing. Not thread-safe.
/// </summary>
internal sealed class DropoutStream : IDisposable
{
    // Torch's legacy layout: the seed (8 bytes), how many numbers are left (4), whether it was seeded (4), which is next (8), 624 words, …
    private const int LeftAt = 8;
    private const int SeededAt = 12;
    private const int NextAt = 16;
    private const int Words = 624;

    private readonly Generator _generator = new();

    /// <summary>Gets or sets where the stream stands.</summary>
    /// <exception cref="InvalidDataException">What is set is no state of a generator; torch itself would end the process.</exception>
    public byte[] State
    {
        get
        {
            using var state = _generator.get_state();
            return state.bytes.ToArray();
        }

        set
        {
            RequireState(value);
            using var state = tensor(value);
            _generator.set_state(state);
        }
    }

    /// <summary>Begins the stream of a seed.</summary>
    public void Restart(int seed) => _generator.manual_seed(seed);

    /// <summary>Sets entries to 0 and divides the others by the share that stays, so that sums stay what they are on average.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="dropped">The probability that an entry is dropped, in (0, 1).</param>
    public Tensor Drop(Tensor x, double dropped)
    {
        using var scope = NewDisposeScope();
        // The generator is one of the CPU, whichever device computes.
        var kept = empty_like(x, device: CPU, requires_grad: false).bernoulli_(1 - dropped, _generator).OverInPlace(1 - dropped);
        return x.mul(kept.to(x.device)).MoveToOuterDisposeScope();
    }

    public void Dispose() => _generator.Dispose();

    private void RequireState(byte[] state)
    {
        var expected = State.Length;
        if (state.Length != expected)
            throw new InvalidDataException($"The state of torch's generator has {state.Length} bytes; this version of torch has {expected}.");
        var left = BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(LeftAt));
        var seeded = BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(SeededAt));
        var next = BinaryPrimitives.ReadUInt64LittleEndian(state.AsSpan(NextAt));
        if (left is < 1 or > Words || seeded == 0 || next > Words)
            throw new InvalidDataException(
                $"The state of torch's generator makes no sense: {left} numbers left and {next} next of {Words}, seeded {seeded}.");
    }
}

/// <summary>Which inputs of a term are dropped.</summary>
/// <param name="Share">The probability of each, in (0, 1).</param>
/// <param name="Stream">What draws them.</param>
internal sealed record InputDropout(double Share, DropoutStream Stream);
