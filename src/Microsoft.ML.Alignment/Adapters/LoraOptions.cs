namespace Microsoft.ML.Alignment;

/// <summary>Low-rank adaptation (Hu et al., 2021, arXiv:2106.09685): train small matrices beside frozen weights.</summary>
public sealed record LoraOptions
{
    /// <summary>Gets the rank R of the update. At least 1; the default is 16.</summary>
    public int Rank { get; init => field = Require.AtLeast(1, value); } = 16;

    /// <summary>Gets the numerator of the update's scale alpha / R. Above 0; the default is 32.</summary>
    public double Alpha { get; init => field = Require.Positive(value); } = 32;

    /// <summary>Gets the share of the adapter's inputs dropped in training. In [0, 1); the default is 0.</summary>
    public double Dropout { get; init => field = Require.InRange(0, 1, value); }

    /// <summary>
    /// Gets the names of the layers that get an update, e.g. <c>q_proj</c>, or ends of their paths. The default, null, is all linear layers
    /// but the head.
    /// </summary>
    public IReadOnlyList<string>? TargetModules { get; init; }

    /// <summary>Gets whether the scale is alpha / √R (rsLoRA; Kalajdzievski, 2023, arXiv:2312.03732). The default is false.</summary>
    public bool UseRsLora { get; init; }
}
