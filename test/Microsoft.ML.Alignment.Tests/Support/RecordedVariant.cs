using System.Text.Json;
using Microsoft.ML.Alignment.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A variant of GRPO, or RLOO, by the names of TRL's options.</summary>
internal sealed record RecordedVariant(PolicyLoss Loss, TokenAveraging Averaging, double Beta, bool TimesRatio)
{
    public static RecordedVariant Of(string section, string file, JsonElement options)
    {
        double? Number(string name) => options.TryGetProperty(name, out var value) ? value.GetDouble() : null;
        string? Text(string name) => options.TryGetProperty(name, out var value) ? value.GetString() : null;
        var type = Text("loss_type");
        var level = section == "rloo" ? RatioLevel.Completion
            : Text("importance_sampling_level") == "sequence" ? RatioLevel.CompletionMean : RatioLevel.Token;
        PolicyLoss loss = type == "cispo"
            ? new PolicyLoss.Cispo { Ratio = level, MaxRatio = Number("epsilon_high")!.Value }
            : new PolicyLoss.Clipped
            {
                Ratio = level,
                Range = Number("epsilon") ?? 0.2,
                HighRange = Number("epsilon_high"),
                MaxRatio = Number("delta"),
            };
        var averaging = type switch
        {
            "bnpo" or "dapo" or "cispo" => TokenAveraging.Step,
            "dr_grpo" => TokenAveraging.MaxLength,
            _ => TokenAveraging.Completion,
        };

        // RLOO puts its divergence into the rewards, which are recorded.
        var beta = section == "rloo" ? 0 : Number("beta") ?? 0;
        return new(loss, averaging, beta, file == "grpo-kl-ratio" && !options.TryGetProperty("use_bias_correction_kl", out _));
    }

    public Result Evaluate(RaggedRollout recorded)
    {
        var policy = recorded.Rows("policy_logps");
        int[] lengths = [.. policy.Select(row => row.Length)];
        var advantages = recorded.Numbers("advantages");
        var tokens = new SampledTokens(
            RaggedRollout.Flat(policy), RaggedRollout.Flat(recorded.Rows("old_logps")),
            RaggedRollout.Flat([.. lengths.Select((length, at) => Enumerable.Repeat(advantages[at], length).ToArray())]),
            RaggedRollout.Sequences(lengths));
        var loss = Loss.Compute(tokens);
        var divergence = KLEstimate.Compute(KLEstimator.K3, tokens.LogProbs, RaggedRollout.Flat(recorded.Rows("reference_logps")));
        if (TimesRatio)
            divergence = divergence.mul(loss.Ratios);
        var weights = RaggedRollout.Weights(Averaging, lengths, recorded["max_completion_length"].GetInt32());
        return new((loss.Loss + (divergence * Beta)).mul(weights).sum(), loss);
    }

    internal readonly record struct Result(Tensor Loss, PolicyLossTokens Tokens);
}
