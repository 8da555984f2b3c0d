using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Writes completions with a policy, and compares it with its reference.</summary>
internal sealed class PolicyScorer(FittedStage stage, IReadOnlyList<ScoreColumn> outputs) : ModelScorer(stage, AlignmentSchema.PolicyKind, outputs)
{
    protected override ScoringSession Open(FittedStage held) => new Session(held);

    private sealed class Session(FittedStage stage) : ScoringSession
    {
        private readonly TextCompleter _completer = new(
            stage.Model, ScoringModel.Encoder(stage.Model, stage.Settings.PromptFormat), stage.Settings.Generation!);

        private readonly CompletionScorer _scorer = new(
            stage.Model, ScoringModel.Encoder(stage.Model, stage.Settings.PromptFormat), endRows: false);

        public override void Run(ScoreBatch batch)
        {
            using var held = stage.Share();
            if (batch.Wants(ScoreColumns.Policy))
                batch.Fill(ScoreColumns.Policy, ScoringModel.Describe(stage.Model, stage.Settings.Method).AsMemory());
            if (batch.Wants(ScoreColumns.GeneratedCompletion))
                Generate(batch);
            new PairColumns(ScoreColumns.ChosenImplicitReward, ScoreColumns.RejectedImplicitReward, ScoreColumns.ImplicitRewardMargin)
                .Run(batch, stage.Settings.Columns, _scorer, ImplicitRewards);
        }

        public override void Dispose() => stage.Dispose();

        private void Generate(ScoreBatch batch)
        {
            var column = stage.Settings.Columns.Prompt;
            try
            {
                var completions = _completer.Complete(Enumerable.Range(0, batch.Count).Select(row => batch.Text(column, row)));
                batch.Set<ReadOnlyMemory<char>>(ScoreColumns.GeneratedCompletion, [.. completions.Select(text => text.AsMemory())]);
            }
            catch (InvalidExampleException e)
            {
                throw new InvalidOperationException($"A row cannot be completed, column '{column}': {e.Message}{HowToAsk(e)}", e);
            }
        }

        private string HowToAsk(InvalidExampleException e) =>
            stage.Settings.PromptFormat != PromptFormat.Messages || e.Reason != MessageList.NoConversation ? "" :
                " The pipeline was trained on conversations, so a question is one too: [{\"role\": \"user\", \"content\": \"…\"}]. Or ask with "
                + $"{nameof(PolicyTransformer)}.{nameof(PolicyTransformer.Complete)}, or with a row that has a list of ChatMessage, as "
                + $"{nameof(AlignmentCatalog)}.{nameof(AlignmentCatalog.CreateChatEngine)} takes.";

        // β (log π - log π_ref) of each completion: what DPO takes for its reward (Rafailov et al., 2023, arXiv:2305.18290, eq. 5).
        private Tensor ImplicitRewards(TokenBatch batch)
        {
            var policy = stage.Model.LogProbs(batch.Rows, batch.Targets, new ForwardOptions());
            var reference = stage.Reference!.LogProbs(batch.Rows, batch.Targets, new ForwardOptions());
            return (policy.Sum - reference.Sum).Times((float)stage.Settings.Beta!.Value);
        }
    }
}
