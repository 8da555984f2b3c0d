using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>A completion that was criticised and rewritten.</summary>
/// <param name="Completion">The last revision.</param>
/// <param name="Critiques">One a round.</param>
/// <param name="Principles">Ids of the principles, one a round.</param>
internal sealed record Revision(string Completion, IReadOnlyList<string> Critiques, IReadOnlyList<string> Principles);

/// <summary>Criticises and rewrites completions by the principles of a constitution (Bai et al., 2022, arXiv:2212.08073, §3.1).</summary>
internal sealed class Reviser(IChatClient client, Constitution constitution)
{
    /// <summary>Gets who revises, and by what.</summary>
    public string Identity => $"revise|{client.GetService<ChatClientMetadata>()?.DefaultModelId ?? "unnamed model"}|{constitution.Hash[..12]}";

    /// <summary>Revises a completion in rounds; the principle of each is a function of prompt, completion and round.</summary>
    /// <returns>The revision; null where a request failed for good, or a revision is empty.</returns>
    public async Task<Revision?> ReviseAsync(
        string prompt, string completion, CritiqueAndReviseEstimator.Options options, FeedbackSession session, CancellationToken cancellation)
    {
        var (critiques, principles, current) = (new List<string>(), new List<string>(), completion);
        try
        {
            for (var round = 0; round < options.Rounds; round++)
            {
                var principle = constitution.Draw($"{prompt}\u001f{completion}\u001f{round}", 1)[0];
                var asked = OptionsOf(options, round);
                var question = JudgePrompt.Criticise(prompt, current, principle);
                var critique = await session.AskAsync(client, question, asked, cancellation).ConfigureAwait(false);
                var revision = await session.AskAsync(
                    client, JudgePrompt.Revise(prompt, current, critique.Text, principle), asked, cancellation).ConfigureAwait(false);
                if (revision.Text.Length == 0)
                    return null;
                critiques.Add(critique.Text);
                principles.Add(principle.Id);
                current = revision.Text;
            }
        }
        catch (RequestFailedException)
        {
            return null; // counted by the stage; a provider that fails altogether stops the session
        }

        return new(current, critiques, principles);
    }

    private static ChatOptions OptionsOf(CritiqueAndReviseEstimator.Options options, int round) => new()
    {
        Temperature = (float)options.Temperature,
        Seed = options.Seed + round,
        MaxOutputTokens = options.MaxOutputTokens,
    };
}
