using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Passes rows as they are.</summary>
internal sealed class PassingScorer : RowScorer
{
    public override IReadOnlyList<ScoreColumn> Outputs => [];

    public override ScoringSession Open() => new Session();

    private sealed class Session : ScoringSession
    {
        public override void Run(ScoreBatch batch)
        {
        }

        public override void Dispose()
        {
        }
    }
}
