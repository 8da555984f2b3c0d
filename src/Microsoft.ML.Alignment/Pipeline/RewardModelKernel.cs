using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Rewards completions.</summary>
internal sealed class RewardModelKernel(Stage stage, IReadOnlyList<ScoreColumn> outputs) : ModelKernel(stage, AlignmentSchema.RewardModelKind, outputs)
{
    protected override ScoringSession Open(Stage held) => new Session(held);

    private sealed class Session(Stage stage) : ScoringSession
    {
        private readonly CompletionScorer _scorer = new(
            stage.Model, ScoringModel.Encoder(stage.Model, stage.Settings.PromptFormat), endRows: true);

        public override void Run(ScoreBatch batch)
        {
            using var held = stage.Share();
            var columns = stage.Settings.Columns;
            if (batch.Wants(StageOutputs.RewardModel))
                batch.Fill(StageOutputs.RewardModel, ScoringModel.Describe(stage.Model, stage.Settings.Method).AsMemory());
            if (batch.Wants(StageOutputs.Reward))
                batch.Set(StageOutputs.Reward, _scorer.Score(batch, columns.Prompt, [columns.Completion], Rewards)[0]);
            new PairColumns(StageOutputs.ChosenReward, StageOutputs.RejectedReward, StageOutputs.RewardMargin)
                .Run(batch, columns, _scorer, Rewards);
        }

        public override void Dispose() => stage.Dispose();

        private Tensor Rewards(TokenBatch batch) => stage.Model.Rewards(batch.Rows, batch.Targets, new ForwardOptions());
    }
}
