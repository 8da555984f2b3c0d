using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// The stages that make training data with the help of models or people. They stand in a pipeline before the trainer that needs the data; a policy
/// that comes in goes on to it.
/// </summary>
public sealed class FeedbackCatalog
{
    private readonly IHostEnvironment _environment;
    private readonly AlignmentRun _run;

    internal FeedbackCatalog(IHostEnvironment environment, AlignmentRun run) => (_environment, _run) = (environment, run);

    /// <summary>Samples completions of each prompt from the policy that the pipeline carries.</summary>
    /// <param name="options">How many, and how; null for the defaults.</param>
    public SampleCompletionsEstimator SampleCompletions(SampleCompletionsEstimator.Options? options = null) =>
        SampleCompletions(CompletionSource.Policy, options);

    /// <summary>Samples completions of each prompt from a chat client.</summary>
    /// <param name="client">The client; borrowed until the stage is fitted.</param>
    /// <param name="options">How many, and how; null for the defaults.</param>
    public SampleCompletionsEstimator SampleCompletions(IChatClient client, SampleCompletionsEstimator.Options? options = null) =>
        SampleCompletions(CompletionSource.FromClient(client), options);

    /// <summary>Samples completions of each prompt.</summary>
    /// <param name="source">Who writes them.</param>
    /// <param name="options">How many, and how; null for the defaults.</param>
    public SampleCompletionsEstimator SampleCompletions(CompletionSource source, SampleCompletionsEstimator.Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new(_environment, _run, source, options ?? new());
    }

    /// <summary>
    /// Samples several completions of each prompt from the policy that the pipeline carries, and keeps the one that rewards find best.
    /// </summary>
    /// <param name="options">How many, and by which rewards; null for the defaults, which are those of the chain's reward model.</param>
    /// <exception cref="ArgumentException">Options do not go together.</exception>
    public BestOfNEstimator BestOfN(BestOfNEstimator.Options? options = null) => new(_environment, _run, options ?? new());

    /// <summary>Has a judge make pairs of a better and a worse completion.</summary>
    /// <param name="judge">The judge; borrowed until the stage is fitted.</param>
    /// <param name="options">Which pairs, and what becomes of ties; null for the defaults.</param>
    /// <param name="labelledSet">
    /// Pairs that people have labelled, with the columns of prompts, chosen and rejected completions: the judge is measured on them, and nothing
    /// trains on them. Null for none.
    /// </param>
    public JudgePreferencesEstimator JudgePreferences(
        IPreferenceJudge judge, JudgePreferencesEstimator.Options? options = null, IDataView? labelledSet = null)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return new(_environment, _run, judge, options ?? new(), labelledSet);
    }

    /// <summary>Has a judge score completions one by one.</summary>
    /// <param name="scorer">The judge; borrowed until the stage is fitted.</param>
    /// <param name="options">Which columns; null for the defaults.</param>
    public ScoreCompletionsEstimator ScoreCompletions(ICompletionScorer scorer, ScoreCompletionsEstimator.Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        return new(_environment, _run, scorer, options ?? new());
    }

    /// <summary>Has a model criticise completions by the principles of a constitution and rewrite them.</summary>
    /// <param name="client">The model; borrowed until the stage is fitted.</param>
    /// <param name="constitution">The principles; one is drawn each round.</param>
    /// <param name="options">How often, and how; null for the defaults.</param>
    public CritiqueAndReviseEstimator CritiqueAndRevise(
        IChatClient client, Constitution constitution, CritiqueAndReviseEstimator.Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(constitution);
        return new(_environment, _run, new Reviser(client, constitution), options ?? new());
    }

    /// <summary>Makes pairs without a judge: the better model's completion is chosen, the lesser model's rejected.</summary>
    /// <param name="strong">The better model.</param>
    /// <param name="weak">The lesser one.</param>
    /// <param name="options">How they write; null for the defaults.</param>
    public PairsFromModelsEstimator PairsFromModels(CompletionSource strong, CompletionSource weak, PairsFromModelsEstimator.Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(strong);
        ArgumentNullException.ThrowIfNull(weak);
        return new(_environment, _run, (strong, weak), options ?? new());
    }
}
