using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>The methods that are compared; a line each.</summary>
/// <remarks>
/// Settings for a real model are those of the runs of TRL that the table stands beside, but for what held-out verbs of the training and dev
/// splits chose: how SFT trains, rate and weight of ORPO from the base model, and KTO's rate. KTO sees each completion once and weighs
/// the right ones, of which there are half as many, twice.
/// </remarks>
internal static class ComparedMethods
{
    public const string BaseTitle = "base model";
    public const string SftTitle = "SFT";

    /// <summary>DPO at the high rate of <see cref="FreeTitles"/>, with a reference that pulls hard.</summary>
    public const string HeldTitle = "DPO, beta 0.5, high rate";

    private const string OrpoFreeTitle = "ORPO without SFT term, high rate";
    private const string SimPoFreeTitle = "SimPO, high rate";
    private const string DpoFreeTitle = "DPO, beta 0.1, high rate";

    /// <summary>Methods that nothing holds, or little, at a high rate.</summary>
    public static IReadOnlyList<string> FreeTitles { get; } = [OrpoFreeTitle, SimPoFreeTitle, DpoFreeTitle];

    public static IReadOnlyList<ComparedMethod> All { get; } =
    [
        new("dpo", "DPO", Anchor.Reference,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options(), 2e-5, tiny: 1e-3))),
        new("dpo-sft", "DPO + SFT term", Anchor.Both,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options { SftWeight = 1 }, 2e-5, tiny: 1e-3))),
        new("robust", "robust DPO", Anchor.Reference,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options { Loss = new PairLoss.Robust() }, 2e-5, tiny: 1e-3))),
        new("apo-zero", "APO-zero", Anchor.Reference,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options { Loss = new PairLoss.ApoZero() }, 2e-5, tiny: 1e-3))),
        new("ipo-sft", "IPO + SFT term", Anchor.Both,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options { Loss = WeakIpo, SftWeight = 1 }, 3e-5, tiny: 1e-3))),
        new("orpo-base", "ORPO from the base model", Anchor.SftTerm,
            s => s.Trainers.Orpo(s.With(new OrpoTrainer.Options { OddsRatioWeight = s.IsTiny ? 0.1 : 0.5 }, 1e-3, tiny: 2e-3)))
        {
            FromBase = true,
        },
        new("orpo", "ORPO", Anchor.SftTerm,
            s => s.Trainers.Orpo(s.With(new OrpoTrainer.Options(), 1e-4, tiny: 1e-3))),
        new("simpo", "SimPO", Anchor.None,
            s => s.Trainers.SimPo(s.With(new SimPoTrainer.Options(), 2e-5, tiny: 1e-3))),
        new("simpo-sft", "SimPO + SFT term", Anchor.SftTerm,
            s => s.Trainers.SimPo(s.With(new SimPoTrainer.Options { SftWeight = 1 }, 2e-5, tiny: 1e-3))),
        new("cpo", "CPO", Anchor.SftTerm,
            s => s.Trainers.Cpo(s.With(new CpoTrainer.Options(), 2e-5, tiny: 1e-3))),
        new("kto", "KTO", Anchor.Reference,
            s => s.Trainers.Kto(s.With(new KtoTrainer.Options { DesirableWeight = 2 }, 1e-5, tiny: 5e-4), s.DistinctFeedback)),
        new("bco", "BCO", Anchor.Reference,
            s => s.Trainers.Bco(s.With(new BcoTrainer.Options(), 3e-5, tiny: 5e-4), s.Feedback)),
        .. AnswerWriters.All,
        Challenge.Method,
        new("dpo-held", HeldTitle, Anchor.Reference,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options { Beta = 0.5 }, 1e-4, tiny: 2e-3))),
        new("orpo-free", OrpoFreeTitle, Anchor.None,
            s => s.Trainers.Orpo(s.With(new OrpoTrainer.Options { SftWeight = 0 }, 1e-4, tiny: 2e-3))),
        new("simpo-free", SimPoFreeTitle, Anchor.None,
            s => s.Trainers.SimPo(s.With(new SimPoTrainer.Options(), 1e-4, tiny: 2e-3))),
        new("dpo-free", DpoFreeTitle, Anchor.Reference,
            s => s.Trainers.Dpo(s.With(new DpoTrainer.Options(), 1e-4, tiny: 2e-3))),
    ];

    // Weighted so that its squares do not outweigh the SFT term.
    private static PairLoss WeakIpo => new PairLoss.Mixture { Terms = [new(0.05, new PairLoss.Ipo())] };
}
