using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Writes completions with a policy, and compares it with its reference.</summary>
internal sealed class PolicyKernel(Stage stage, IReadOnlyList<ScoreColumn> outputs) : ScoringKernel
{
    public override IReadOnlyList<ScoreColumn> Outputs => outputs;

    public override DataViewSchema.Annotations Annotations => AlignmentSchema.Annotation(AlignmentSchema.PolicyKind, stage.Model);

    public override ScoringSession Open() => Open(stage, held => new Session(held));

    private sealed class Session(Stage stage) : ScoringSession
    {
        // The token that every text begins with, and one of the prompt.
        private const int ShortestPrompt = 2;

        private readonly PromptEncoder _encoder = ScoringModel.Encoder(stage.Model, stage.Settings.PromptFormat);
        private readonly CompletionScorer _scorer = new(
            stage.Model, ScoringModel.Encoder(stage.Model, stage.Settings.PromptFormat), endRows: false);

        public override void Run(ScoreBatch batch)
        {
            using var held = stage.Share();
            if (batch.Wants(StageOutputs.Policy))
                batch.Fill(StageOutputs.Policy, ScoringModel.Describe(stage.Model, stage.Settings.Method).AsMemory());
            if (batch.Wants(StageOutputs.GeneratedCompletion))
                Generate(batch);
            new PairColumns(StageOutputs.ChosenImplicitReward, StageOutputs.RejectedImplicitReward, StageOutputs.ImplicitRewardMargin)
                .Run(batch, stage.Settings.Columns, _scorer, ImplicitRewards);
        }

        public override void Dispose() => stage.Dispose();

        private void Generate(ScoreBatch batch)
        {
            var column = stage.Settings.Columns.Prompt;
            var positions = stage.Model.Config.MaxPositions;
            var options = stage.Settings.Generation!;
            options = options with { MaxNewTokens = Math.Min(options.MaxNewTokens, positions - ShortestPrompt) };
            var prompts = Enumerable.Range(0, batch.Count).Select(row => Prompt(batch.Text(column, row), positions - options.MaxNewTokens)).ToArray();
            // A sample comes from a prompt's place in its call. Alone it is a function of the row, whatever rows are around it.
            var completions = prompts.Chunk(options.Temperature > 0 ? 1 : prompts.Length).SelectMany(p => Generator.Complete(stage.Model, p, options));
            batch.Set<ReadOnlyMemory<char>>(StageOutputs.GeneratedCompletion, [.. completions.Select(c => _encoder.DecodeCompletion(c.Ids).AsMemory())]);
        }

        private int[] Prompt(string text, int room)
        {
            try
            {
                return PromptCut.FromLeft(_encoder.EncodePrompt(text), room, stage.Model.Config.BosTokenId);
            }
            catch (InvalidExampleException e)
            {
                throw new InvalidOperationException($"A row cannot be completed, column '{stage.Settings.Columns.Prompt}': {e.Message}", e);
            }
        }

        // β (log π - log π_ref) of each completion: what DPO takes for its reward (Rafailov et al., 2023, arXiv:2305.18290, eq. 5).
        private Tensor ImplicitRewards(TokenBatch batch)
        {
            var policy = stage.Model.LogProbs(batch.Rows, batch.Targets, new ForwardOptions());
            var reference = stage.Reference!.LogProbs(batch.Rows, batch.Targets, new ForwardOptions());
            return (policy.Sum - reference.Sum).Times((float)stage.Settings.Beta!.Value);
        }
    }
}
