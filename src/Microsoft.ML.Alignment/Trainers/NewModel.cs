using Microsoft.ML.Alignment.Adapters;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>Makes the model that trains.</summary>
internal static class NewModel
{
    /// <summary>The policy that came in with one more adapter, or a copy of all its weights; the caller's.</summary>
    public static LanguageModel Of(LanguageModel incoming, TrainerSettings settings, int seed)
    {
        if (settings.Options.Lora is { } lora)
            return incoming.With([.. incoming.Adapters, LoraAdapter.Create(incoming, lora, NameFor(incoming, settings.AdapterName), seed)], null);
        using var copy = incoming.TrainableCopy();
        return copy.With([], null);
    }

    private static string NameFor(LanguageModel incoming, string wanted)
    {
        var name = wanted;
        for (var repeat = 2; incoming.AdapterNames.Contains(name); repeat++)
            name = $"{wanted}-{repeat}";
        return name;
    }
}
