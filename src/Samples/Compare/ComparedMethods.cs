namespace Samples.Compare;

/// <summary>The methods that are compared; a line each.</summary>
/// <remarks>Settings for a real model are those of the runs of TRL that the table stands beside.</remarks>
internal static class ComparedMethods
{
    public const string BaseTitle = "base model";
    public const string SftTitle = "SFT";
    public const string DpoAloneTitle = "DPO, high rate";
    public const string OrpoAloneTitle = "ORPO without SFT term, high rate";

    public static IReadOnlyList<ComparedMethod> All { get; } =
    [
        new("dpo", "DPO", Anchor.Reference,
            s => s.Trainers.Dpo(new() { Training = s.At(2e-5, tiny: 5e-4), Lora = s.Lora, Generation = s.Answers })),
        new("dpo-sft", "DPO + SFT term", Anchor.Both,
            s => s.Trainers.Dpo(new() { SftWeight = 1, Training = s.At(2e-5, tiny: 5e-4), Lora = s.Lora, Generation = s.Answers })),
        new("dpo-hard", DpoAloneTitle, Anchor.Reference,
            s => s.Trainers.Dpo(new() { Training = s.At(1e-4, tiny: 2e-3), Lora = s.Lora, Generation = s.Answers })),
    ];
}
