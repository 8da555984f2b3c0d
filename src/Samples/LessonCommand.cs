using Samples.Terminal;

namespace Samples;

/// <summary>What the user wants of a method sample.</summary>
internal sealed record LessonCommand
{
    /// <summary>A Hugging Face folder or a GGUF file; null makes a tiny model.</summary>
    public string? ModelPath { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Whether training verbs that are kept out are measured, for choosing settings; else the test verbs.</summary>
    public bool HeldOut { get; init; }

    /// <summary>Where a picture is drawn; null is in the folder out.</summary>
    public string? PicturePath { get; init; }

    /// <summary>The most optimizer steps of a stage; null trains for as long as the sample says.</summary>
    public int? Steps { get; init; }

    /// <exception cref="UsageException">An argument is unknown or lacks its value.</exception>
    public static LessonCommand Parse(IReadOnlyList<string> args) => OptionValues.Fold(args, new LessonCommand(), With);

    /// <summary>The command with one option more.</summary>
    /// <exception cref="UsageException">The option is unknown or lacks its value.</exception>
    public static LessonCommand With(LessonCommand command, string option, string? value) => option switch
    {
        "--model" => command with { ModelPath = OptionValues.Text(option, value) },
        "--seed" => command with { Seed = OptionValues.Number(option, value) },
        "--verbs" => command with { HeldOut = OptionValues.IsHeldOut(option, value) },
        "--chart" => command with { PicturePath = OptionValues.Text(option, value) },
        "--steps" => command with { Steps = OptionValues.Count(option, value) },
        _ => throw OptionValues.Unknown(option),
    };
}
