using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Scores completions of a batch of rows with one or two models, a bounded number of tokens at a time.</summary>
/// <param name="model">The model; it says how long rows may be. Longer prompts are cut as in training.</param>
/// <param name="encoder">Turns the texts into ids as training did.</param>
/// <param name="endRows">Whether the score is read at the last token of a completion.</param>
internal sealed class CompletionScorer(LanguageModel model, PromptEncoder encoder, bool endRows)
{
    /// <summary>Scores each row's completions.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="prompt">Column of the prompts.</param>
    /// <param name="completions">Columns of the completions, C of them.</param>
    /// <param name="score">Gives each sequence's value, float32; completion c of row b is sequence c·B + b. Shape <c>[C·B]</c>.</param>
    /// <returns>Values by column and row. Shape <c>[C][rows]</c>.</returns>
    /// <exception cref="InvalidOperationException">A row that cannot be scored; the message names column and row text.</exception>
    public float[][] Score(ScoreBatch batch, string prompt, string[] completions, Func<TokenBatch, Tensor> score)
    {
        var values = completions.Select(_ => new float[batch.Count]).ToArray();
        var examples = Enumerable.Range(0, batch.Count).Select(row => Encode(batch, row, prompt, completions)).ToArray();
        foreach (var rows in ScoringPasses.Of([.. examples.Select(example => example.TokenCount)]))
        {
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            var scores = score(Collator.Pack([.. rows.Select(row => examples[row])], endRows)).cpu().data<float>().ToArray();
            for (var c = 0; c < completions.Length; c++)
                for (var b = 0; b < rows.Count; b++)
                    values[c][rows[b]] = scores[(c * rows.Count) + b];
        }

        return values;
    }

    private TokenizedExample Encode(ScoreBatch batch, int row, string prompt, string[] completions)
    {
        var column = prompt;
        try
        {
            var promptText = batch.Text(prompt, row);
            var promptIds = encoder.EncodePrompt(promptText);
            var completionIds = completions.Select(name => encoder.EncodeCompletion(promptText, batch.Text(column = name, row))).ToArray();
            return new(Fit(promptText, promptIds, completionIds, column), completionIds, []);
        }
        catch (InvalidExampleException e)
        {
            throw new InvalidOperationException(
                $"A row cannot be scored, column '{column}': {e.Message} Leave such rows out of the data, or do not read the score columns.", e);
        }
    }

    private int[] Fit(string text, int[] prompt, int[][] completions, string column)
    {
        var (most, longest) = (model.Config.MaxPositions, completions.Max(ids => ids.Length));
        return PromptFit.Of(encoder, text, prompt, most - longest, model.Config.BosTokenId)
            ?? throw new InvalidExampleException(column, "too long", $"its {longest} tokens leave no room for a prompt within the model's {most}.");
    }
}
