using Microsoft.ML;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Computes text lengths through the library's batched view and row mapper, and counts how it was asked.</summary>
internal sealed class CountingTransformer(MLContext context, LanguageModel? policy = null) : ITransformer
{
    private readonly CountingScorer _scorer = new(policy);

    public List<int> BatchSizes => _scorer.BatchSizes;

    public HashSet<string> Computed => _scorer.Computed;

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new BatchedDataView(context, input, Bind(input.Schema));

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScorerRowMapper(context, Bind(inputSchema));

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

    private BoundScorer Bind(DataViewSchema input) => new(context, _scorer, input);

    private sealed class CountingScorer(LanguageModel? policy) : RowScorer
    {
        public List<int> BatchSizes { get; } = [];

        public HashSet<string> Computed { get; } = [];

        public override IReadOnlyList<ScoreColumn> Outputs { get; } =
        [
            ScoreColumn.Text("Note"),
            ScoreColumn.Single("PromptLength", "Prompt"),
            ScoreColumn.Single("ChosenLength", "Prompt", "Chosen"),
        ];

        public override DataViewSchema.Annotations Annotations => AlignmentSchema.Annotation(AlignmentSchema.PolicyKind, policy!);

        public override ScoringSession Open() => new Session(this);

        private sealed class Session(CountingScorer scorer) : ScoringSession
        {
            public override void Run(ScoreBatch batch)
            {
                lock (scorer.BatchSizes)
                {
                    scorer.BatchSizes.Add(batch.Count);
                    scorer.Computed.UnionWith(scorer.Outputs.Select(o => o.Name).Where(batch.Wants));
                }

                if (batch.Wants("Note"))
                    batch.Fill("Note", "noted".AsMemory());
                foreach (var (output, input) in new[] { ("PromptLength", "Prompt"), ("ChosenLength", "Chosen") })
                    if (batch.Wants(output))
                        batch.Set<float>(output, [.. batch.Input(input).Take(batch.Count).Select(text => (float)text.Length)]);
            }

            public override void Dispose()
            {
            }
        }
    }
}
