using System.Buffers.Binary;

namespace Microsoft.ML.Alignment.Training.Checkpoints;

/// <summary>Torch's own generator, from which dropout draws.</summary>
internal static class TorchGenerator
{
    // Torch's legacy layout: the seed (8 bytes), how many numbers are left (4), whether it was seeded (4), which is next (8), 624 words, …
    private const int LeftAt = 8;
    private const int SeededAt = 12;
    private const int NextAt = 16;
    private const int Words = 624;

    /// <summary>Gets or sets its state.</summary>
    /// <exception cref="InvalidDataException">What is set is no state of this generator; torch itself would end the process.</exception>
    public static byte[] State
    {
        get
        {
            using var state = Generator.Default.get_state();
            return state.bytes.ToArray();
        }

        set
        {
            RequireState(value);
            using var state = tensor(value);
            Generator.Default.set_state(state);
        }
    }

    private static void RequireState(byte[] state)
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
