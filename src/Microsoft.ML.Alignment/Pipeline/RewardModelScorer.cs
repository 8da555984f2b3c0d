using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Rewards completions.</summary>
internal sealed class RewardModelScorer(FittedStage stage, IReadOnlyList<ScoreColumn> outputs)
    : ModelScorer(stage, AlignmentSchema.RewardModelKind, outputs)
{
    protected override ScoringSession Open(FittedStage held) => new Session(held);

    private sealed class Session(FittedStage stage) : ScoringSession
    {
        private readonly CompletionScorer _scorer = new(
            stage.Model, ScoringModel.Encoder(stage.Model, stage.Settings.PromptFormat), endRows: true);

        public override void Run(ScoreBatch batch)
        {
            using var held = stage.Share();
            var columns = stage.Settings.Columns;
            if (batch.Wants(ScoreColumns.RewardModel))
                batch.Fill(ScoreColumns.RewardModel, ScoringModel.Describe(stage.Model, stage.Settings.Method).AsMemory());
            if (batch.Wants(ScoreColumns.Reward))
                batch.Set(ScoreColumns.Reward, _scorer.Score(batch, columns.Prompt, [columns.Completion], Rewards)[0]);
            new PairColumns(ScoreColumns.ChosenReward, ScoreColumns.RejectedReward, ScoreColumns.RewardMargin)
                .Run(batch, columns, _scorer, Rewards);
        }

        public override void Dispose() => stage.Dispose();

        private Tensor Rewards(TokenBatch batch) => stage.Model.Rewards(batch.Rows, batch.Targets, new ForwardOptions());
    }
}
