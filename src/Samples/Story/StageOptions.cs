using Microsoft.ML.Alignment;
using Samples.Terminal;

namespace Samples.Story;

/// <summary>The options of the three stages, as a file given with <c>--options</c> has them.</summary>
internal sealed record StageOptions
{
    public required SftTrainer.Options Sft { get; init; }

    public required RewardModelTrainer.Options RewardModel { get; init; }

    public required DpoTrainer.Options Dpo { get; init; }

    /// <summary>These options with what a file says in their place.</summary>
    /// <param name="path">JSON; null for no file.</param>
    /// <exception cref="UsageException">There is no such file, or it names something that is no option.</exception>
    public StageOptions Overridden(string? path)
    {
        if (path is null)
            return this;
        try
        {
            return AlignmentOptions.Parse(File.ReadAllText(path), this);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--options {path}: {e.Message}");
        }
    }
}
