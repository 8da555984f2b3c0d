using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>What a stage is about to do, told when its data are read and before its first step.</summary>
public sealed record TrainingSummary
{
    /// <summary>Gets the method, e.g. <c>Dpo</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>Gets what the stage trains on.</summary>
    public required DataSummary Data { get; init; }

    /// <summary>Gets the number of parameters that train.</summary>
    public required long TrainableParameters { get; init; }

    /// <summary>Gets the number of all parameters of the model, adapters and head included.</summary>
    public required long TotalParameters { get; init; }

    /// <summary>Gets the share of parameters that train, in (0, 1].</summary>
    public double TrainableShare => (double)TrainableParameters / TotalParameters;

    /// <summary>Gets the options of training with nothing left open, then the method's own as JSON, in one line.</summary>
    public required string Options { get; init; }

    /// <summary>Gets the optimizer steps of the run.</summary>
    public int Steps { get; init; }

    /// <summary>
    /// Gets the sum of the learning rates of all steps: about the most that AdamW can move a weight, since it moves it by the learning rate a
    /// step at most, or little more.
    /// </summary>
    public double Reach { get; init; }

    /// <summary>Gets whether so few and small steps can hardly change what the model says. A rule of thumb; see the documentation.</summary>
    public bool IsTooShort { get; init; }

    /// <summary>Gets what the stage takes of memory at most.</summary>
    public required MemoryEstimate Memory { get; init; }

    private static string TooShort => $": so few and small steps hardly change what a model says. Train for more {nameof(TrainingOptions.Epochs)}, "
        + $"at a higher {nameof(TrainingOptions.LearningRate)}, or on more rows";

    /// <summary>The summary as lines of text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Stage}
        {Data}
        Trains {TrainableParameters} of {TotalParameters} parameters ({100 * TrainableShare:G3} %).
        Options: {Options}.
        Steps: {Steps}, whose learning rates add up to {Reach:G3}{(IsTooShort ? TooShort : "")}.
        Memory: {Memory}.
        """);
}
