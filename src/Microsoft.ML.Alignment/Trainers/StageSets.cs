namespace Microsoft.ML.Alignment.Trainers;

/// <summary>The data of a stage.</summary>
/// <param name="Training">What it trains on.</param>
/// <param name="Validation">What it is measured on; null for nothing.</param>
/// <param name="CheckAlive">Throws where the context was told to stop.</param>
internal sealed record StageSets(IDataView Training, IDataView? Validation, Action CheckAlive)
{
    /// <summary>Gets the reward model that comes in; borrowed. Null where there is none.</summary>
    public LanguageModel? RewardModel { get; init; }
}
