namespace Microsoft.ML.Alignment.Training.Checkpoints;

/// <summary>Torch's own generator, from which dropout draws.</summary>
internal static class TorchGenerator
{
    /// <summary>Gets or sets its state.</summary>
    public static byte[] State
    {
        get
        {
            using var state = Generator.Default.get_state();
            return state.bytes.ToArray();
        }

        set
        {
            using var state = tensor(value);
            Generator.Default.set_state(state);
        }
    }
}
