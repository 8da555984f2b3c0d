using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Makes the critic of a stage: another adapter over the reward model, or a copy of its weights, and a head that trains.</summary>
internal static class NewCritic
{
    // The policy's adapter begins with other random numbers.
    private const int SeedOffset = 1;

    /// <summary>Makes a critic; the caller's.</summary>
    /// <param name="stage">The models that came in.</param>
    /// <param name="settings">Whether an adapter trains.</param>
    /// <param name="start">What it starts from.</param>
    public static LanguageModel Of(StageSetup stage, TrainerSettings settings, CriticStart start)
    {
        var from = start == CriticStart.RewardModel ? stage.RewardModel! : stage.Incoming;
        if (settings.Options.Lora is { } lora)
        {
            var adapter = LoraAdapter.Create(from, lora, FreeName(from), stage.Training.Seed + SeedOffset);
            return from.With([.. from.Adapters, adapter], Head(from));
        }

        using var copy = from.TrainableCopy();
        return copy.With([], Head(from));
    }

    private static TorchSharp.Modules.Parameter Head(LanguageModel from) => NewParameter.Of(
        () => from.RewardHead is { } head ? head.detach().clone() : zeros([1, from.Config.HiddenSize], ScalarType.Float32, from.Device),
        trains: true);

    private static string FreeName(LanguageModel model)
    {
        var name = "critic";
        for (var repeat = 2; model.AdapterNames.Contains(name); repeat++)
            name = $"critic-{repeat}";
        return name;
    }
}
