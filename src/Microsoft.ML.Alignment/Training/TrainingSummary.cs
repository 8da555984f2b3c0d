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

    /// <summary>Gets what the stage takes of memory at most.</summary>
    public required MemoryEstimate Memory { get; init; }

    /// <summary>The summary as lines of text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Stage}
        {Data}
        Trains {TrainableParameters} of {TotalParameters} parameters ({100 * TrainableShare:G3} %).
        Options: {Options}.
        Memory: {Memory}.
        """);
}
