using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Alignment.Data.Records;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(PolicyTransformer), null, typeof(SignatureLoadModel), "Language model policy", PolicyTransformer.LoaderSignature)]

namespace Microsoft.ML.Alignment;

/// <summary>A policy: it answers prompts, and where it was trained against a reference, tells how far it moved from that.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | is there |
/// | -- | -- | -- |
/// | `Policy` | text: a short description; its annotation `Alignment.Policy` carries the model | always |
/// | `GeneratedCompletion` | text | with `Prompt`, which a trained policy requires |
/// | `ChosenImplicitReward`, `RejectedImplicitReward` | single: β (log π − log π_ref), nats | with `Prompt`, its input and a reference |
/// | `ImplicitRewardMargin` | single: their difference | with all three, if there is a reference |
/// ]]></format>
/// </remarks>
public sealed class PolicyTransformer : ModelTransformer
{
    internal const string LoaderSignature = "AlignmentPolicy";
    internal const string BaseMethod = "base";

    internal PolicyTransformer(IHostEnvironment environment, FittedStage stage)
        : base(environment.Register(nameof(PolicyTransformer)), stage)
    {
    }

    /// <summary>Completes one prompt, as a row of it would be; from any thread, several at once.</summary>
    /// <param name="prompt">The prompt, as the prompt column would have it.</param>
    /// <param name="cancellation">Ends the writing before the next token, e.g. when whoever asked has hung up.</param>
    /// <returns>What the policy writes.</returns>
    /// <exception cref="ArgumentException">The prompt cannot be read, or leaves the model no position to write at.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public string Complete(string prompt, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Complete(prompt, Stage.Settings.PromptFormat, cancellation);
    }

    /// <summary>Answers a conversation, whatever the policy was trained on; it needs a chat template.</summary>
    /// <param name="conversation">The messages, of text, the newest last.</param>
    /// <param name="cancellation">Ends the writing before the next token.</param>
    /// <returns>What the policy answers.</returns>
    /// <exception cref="ArgumentException">The conversation is empty, cannot be read, is too long, or the model has no chat template.</exception>
    /// <exception cref="InvalidDataException">A message has contents that are no text.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public string Complete(IEnumerable<ChatMessage> conversation, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return Complete(ChatMessages.ToJson(conversation, nameof(conversation)), PromptFormat.Messages, cancellation);
    }

    private string Complete(string prompt, PromptFormat format, CancellationToken cancellation)
    {
        using var stage = Stage.Share();
        try
        {
            var completer = new TextCompleter(stage.Model, ScoringModel.Encoder(stage.Model, format), stage.Settings.Generation!);
            return completer.Complete([prompt], cancellation)[0];
        }
        catch (InvalidExampleException e)
        {
            throw new ArgumentException($"The prompt cannot be completed: {e.Message}", nameof(prompt), e);
        }
    }

    private static VersionInfo Version => SavedStages.VersionInfo("ALGNPLCY", LoaderSignature);

    internal static IReadOnlyList<ScoreColumn> Outputs(string method, TextColumns columns, bool hasReference, Func<string, bool> has) =>
        ScoreColumns.OfPolicy(columns, hasReference, promptRequired: method != BaseMethod, has);

    private protected override RowScorer CreateScorer(DataViewSchema input) => new PolicyScorer(Stage, Outputs(
        Stage.Settings.Method, Stage.Settings.Columns, Stage.Reference is not null, name => AlignmentSchema.HasText(input, name)));

    private protected override void SaveModel(ModelSaveContext ctx) => SavedStages.Save(Host, ctx, Version, Stage);

    // Found by ML.NET by its name and parameters.
    private static PolicyTransformer Create(IHostEnvironment env, ModelLoadContext ctx) =>
        new(env, SavedStages.Load(env.Register(nameof(PolicyTransformer)), ctx, Version));
}
