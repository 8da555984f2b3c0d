using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment;

/// <summary>Saves language models and measures what was saved.</summary>
public static class LanguageModelSaving
{
    /// <summary>
    /// Saves a model as a Hugging Face folder, reads it again and measures how far it is from the model with its adapters on: small
    /// updates, as those of DPO, can vanish in rounding. The saved model is in memory meanwhile.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">A folder that is absent or empty. It appears when everything is written.</param>
    /// <param name="checkRows">
    /// A few rows with a text column of prompts and one of completions, best such as the model is to answer.
    /// </param>
    /// <param name="options">The type of the weights; null for the original's.</param>
    /// <param name="columns">Names of the columns and how prompts are read; null for <c>Prompt</c> and <c>Completion</c>.</param>
    /// <exception cref="InvalidOperationException">The model is a reward model, which has no distribution of tokens.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or is not text.</exception>
    /// <exception cref="IOException">The folder has something in it, or cannot be written.</exception>
    /// <exception cref="NotSupportedException">The configuration names a type in which weights are not written.</exception>
    /// <exception cref="InvalidDataException">
    /// A row cannot be scored, or there is none, or the base's file can no longer be read.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static SavedModelReport SavePretrained(
        this LanguageModel model, string folder, IDataView checkRows, SaveOptions? options = null, EvaluationColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var held = model.Share();
        if (held.RewardHead is not null)
            throw new InvalidOperationException("A reward model gives no distribution of tokens to compare; save it without rows to check.");
        using var withoutAdapters = held.With([], null);
        var lost = Intervals.Mean(held.KlDivergence(withoutAdapters, checkRows, columns));
        held.SavePretrained(folder, options);
        using var saved = PretrainedModel.Load(folder);
        return new(Intervals.Mean(held.KlDivergence(saved, checkRows, columns)), lost);
    }
}
