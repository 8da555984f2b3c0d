using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Tokenized rows that are run through a model a bounded number of tokens at a time.</summary>
internal sealed class EvaluationRows : IDisposable
{
    private readonly IExampleStore _examples;

    private EvaluationRows(IExampleStore examples) => _examples = examples;

    /// <summary>Reads rows as the trainers of this model read them.</summary>
    public static EvaluationRows Read(LanguageModel model, IDataView rows, EvaluationColumns columns) =>
        Read(model, rows, new(columns.PromptColumnName, [columns.CompletionColumnName], []), columns.PromptFormat);

    /// <inheritdoc cref="Read(LanguageModel, IDataView, EvaluationColumns)"/>
    public static EvaluationRows Read(LanguageModel model, IDataView rows, ExampleColumns columns, PromptFormat wanted)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var config = model.Config;
        var format = TextFormat.Resolve(wanted, rows.Schema, columns.Prompt, model.ChatTemplate is not null);
        var encoder = new PromptEncoder(model.Tokenizer, model.ChatTemplate, format, config.EosTokenIds);
        var options = new ReadOptions(config.MaxPositions, InvalidRows.Throw, _ => { }, CancellationToken.None)
        {
            BeginTokenId = config.BosTokenId,
            KnowsFormat = TextFormat.IsKnown(wanted, rows.Schema, columns.Prompt),
        };
        return new(ExampleReader.Read(rows, columns, encoder, options));
    }

    /// <summary>Computes a value for each row.</summary>
    /// <param name="compute">Gives a value for each row of a batch, in their order.</param>
    /// <returns>The values in the order of the rows.</returns>
    public T[] Map<T>(Func<TokenBatch, IEnumerable<T>> compute)
    {
        var values = new T[_examples.Count];
        foreach (var pass in ScoringPasses.Of([.. Enumerable.Range(0, values.Length).Select(_examples.TokenCount)]))
        {
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            foreach (var (row, value) in pass.Zip(compute(Collator.Pack([.. pass.Select(_examples.Read)], endRows: false))))
                values[row] = value;
        }

        return values;
    }

    public void Dispose() => _examples.Dispose();
}
