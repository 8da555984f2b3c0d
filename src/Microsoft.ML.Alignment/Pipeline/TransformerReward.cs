using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>A reward that is a column of a fitted transformer's output.</summary>
internal sealed class TransformerReward : IRewardFunction
{
    private readonly MLContext _environment;
    private readonly ITransformer _scorer;
    private readonly string _scoreColumn;
    private readonly SchemaDefinition _inputs;

    /// <param name="environment">The context.</param>
    /// <param name="scorer">The transformer; borrowed.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="name">The reward's name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The transformer gives no such column, or it is of another type.</exception>
    public TransformerReward(MLContext environment, ITransformer scorer, RewardColumnNames columns, string name)
    {
        (_environment, _scorer, _scoreColumn, Name) = (environment, scorer, columns.Score, name);
        _inputs = SchemaDefinition.Create(typeof(Texts));
        _inputs[nameof(Texts.Prompt)].ColumnName = columns.Prompt;
        _inputs[nameof(Texts.Completion)].ColumnName = columns.Completion;
        var schema = scorer.GetOutputSchema(Rows([]).Schema);
        if (schema.GetColumnOrNull(columns.Score) is not { } score)
            throw new ArgumentOutOfRangeException(nameof(scorer), columns.Score,
                $"The transformer gives no column '{columns.Score}'; it gives {string.Join(", ", schema.Select(column => $"'{column.Name}'"))}.");
        if (score.Type != NumberDataViewType.Single)
            throw new ArgumentOutOfRangeException(nameof(scorer), columns.Score,
                $"Column '{columns.Score}' of the transformer is {score.Type}; a reward is Single. Add a column that is, or name another one.");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Task<IReadOnlyList<double?>> ScoreAsync(IReadOnlyList<SampledCompletion> completions, CancellationToken cancellationToken = default)
    {
        var scored = _scorer.Transform(Rows(completions));
        var column = scored.Schema[_scoreColumn];
        using var cursor = scored.GetRowCursor([column]);
        var read = cursor.GetGetter<float>(column);
        var scores = new List<double?>(completions.Count);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            float score = 0;
            read(ref score);
            scores.Add(score);
        }

        return Task.FromResult<IReadOnlyList<double?>>(scores);
    }

    private IDataView Rows(IReadOnlyList<SampledCompletion> completions) => _environment.Data.LoadFromEnumerable(
        completions.Select(one => new Texts { Prompt = one.Prompt, Completion = one.Completion }), _inputs);

    private sealed class Texts
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }
}

/// <summary>The columns of a transformer that gives rewards.</summary>
internal sealed record RewardColumnNames(string Prompt, string Completion, string Score);
