using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Prompts to sample from: their tokens in a store, and what rewards want to know of them.</summary>
/// <param name="Store">Ids of each prompt.</param>
/// <param name="Texts">Each prompt as its column has it.</param>
/// <param name="Rows">The columns of each prompt's row that rewards read.</param>
internal sealed record RolloutPrompts(IExampleStore Store, IReadOnlyList<string> Texts, IReadOnlyList<RewardRow> Rows)
{
    /// <summary>Gets how many there are.</summary>
    public int Count => Store.Count;

    /// <summary>A completion of a prompt as rewards see it.</summary>
    public SampledCompletion Completion(int index, string text, SampledRow row) =>
        new(Texts[index], text, Rows[index]) { TokenCount = row.Ids.Length, Ended = row.Ended };
}
