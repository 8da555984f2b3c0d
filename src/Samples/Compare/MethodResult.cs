using Samples.Verbs;

namespace Samples.Compare;

/// <summary>What training took.</summary>
/// <param name="Seconds">Time of the fit alone.</param>
/// <param name="Pairs">Pairs that were trained on, each as often as there were passes; null where the rows are no pairs.</param>
/// <param name="PeakMemoryBytes">Most memory that the process held meanwhile.</param>
internal sealed record TrainingCost(double Seconds, int? Pairs, long PeakMemoryBytes);

/// <summary>What a method gave with a seed.</summary>
/// <param name="Method">Its title.</param>
/// <param name="Seed">The seed.</param>
internal sealed record MethodResult(string Method, int Seed)
{
    /// <summary>What was there to hold it near the model that it started from.</summary>
    public Anchor HeldBy { get; init; }

    /// <summary>Scores on the test verbs, with the SFT model as the reference.</summary>
    public required DrillScores Test { get; init; }

    /// <summary>Mean change against the SFT model of the log-probability of the training pairs' chosen completions, in nats.</summary>
    public required double ChosenLogProbChange { get; init; }

    /// <summary>Irregular test verbs to which the SFT model answers something else.</summary>
    public required int AnswersChanged { get; init; }

    /// <summary>What training took; null where nothing was trained.</summary>
    public required TrainingCost? Cost { get; init; }
}
