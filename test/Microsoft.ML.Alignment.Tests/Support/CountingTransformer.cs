using Microsoft.ML;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Computes text lengths through the library's batched view and row mapper, and counts how it was asked.</summary>
internal sealed class CountingTransformer(MLContext context, LanguageModel? policy = null) : ITransformer
{
    private readonly CountingKernel _kernel = new(policy);

    public List<int> BatchSizes => _kernel.BatchSizes;

    public HashSet<string> Computed => _kernel.Computed;

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) => new BatchedDataView(context, input, Bind(input.Schema));

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new KernelRowMapper(context, Bind(inputSchema));

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

    private KernelBinding Bind(DataViewSchema input) => new(context, _kernel, input);

    private sealed class CountingKernel(LanguageModel? policy) : ScoringKernel
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

        private sealed class Session(CountingKernel kernel) : ScoringSession
        {
            public override void Run(ScoreBatch batch)
            {
                lock (kernel.BatchSizes)
                {
                    kernel.BatchSizes.Add(batch.Count);
                    kernel.Computed.UnionWith(kernel.Outputs.Select(o => o.Name).Where(batch.Wants));
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
