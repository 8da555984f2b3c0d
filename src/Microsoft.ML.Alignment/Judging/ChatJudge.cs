using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Judges with a chat model: by the principles of a constitution, in both orders, with the reasons before the verdict. The texts to judge
/// stand between marks that they cannot contain, and the model is told that they are material and no instructions.
/// </summary>
/// <remarks>
/// Answers in both orders that disagree are a tie; several votes and principles are averaged. An answer that cannot be used is asked for
/// again with the reason; then the judge abstains.
/// </remarks>
public sealed class ChatJudge : IPreferenceJudge
{
    private readonly IChatClient _client;
    private readonly ChatJudgeOptions _options;

    /// <summary>Makes a judge.</summary>
    /// <param name="client">The model; borrowed.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    public ChatJudge(IChatClient client, ChatJudgeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, _options) = (client, options ?? new());
        var model = _options.ModelId ?? client.GetService<ChatClientMetadata>()?.DefaultModelId ?? "unnamed model";
        var settings = JsonSerializer.Serialize(_options with { Constitution = null }, OptionsJson.Settings);
        Identity = $"chat|{model}|{RequestKey.Hash(settings)[..12]}|{_options.Constitution?.Hash[..12] ?? "no constitution"}";
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public async Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(session);
        var asked = Ballots(question).Select(ballot => AnswerAsync(question, ballot, session, cancellationToken)).ToArray();
        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        return Verdict(answers);
    }

    private static PreferenceVerdict Verdict((JudgeAnswer Answer, string? Model, FeedbackUsage Usage)[] answers)
    {
        IReadOnlyList<JudgeAnswer> given = [.. answers.Select(answer => answer.Answer)];
        var probability = Tally.Of(given);
        return Counted(answers) with
        {
            Answers = given,
            FirstProbability = probability,
            AbstentionReason = probability is null ? given.First(answer => answer.Preference is null).Rationale : null,
        };
    }

    private static PreferenceVerdict Counted((JudgeAnswer Answer, string? Model, FeedbackUsage Usage)[] answers) => new()
    {
        Model = answers.Select(answer => answer.Model).FirstOrDefault(model => model is not null),
        Usage = answers.Aggregate(default(FeedbackUsage), (sum, answer) => sum + answer.Usage),
    };

    private IEnumerable<Ballot> Ballots(PreferenceQuestion question)
    {
        var key = RequestKey.Hash(string.Join('\u001f', question.Prompt, question.First, question.Second));
        Principle?[] principles = _options.Constitution is { } constitution
            ? [.. constitution.Draw(key, _options.PrinciplesPerQuestion)]
            : [null];
        bool[] orders = _options.BothOrders ? [false, true] : [key[0] > '7'];
        return from principle in principles
               from vote in Enumerable.Range(0, _options.Votes)
               from swapped in orders
               select new Ballot(principle, vote, swapped);
    }

    private async Task<(JudgeAnswer Answer, string? Model, FeedbackUsage Usage)> AnswerAsync(
        PreferenceQuestion question, Ballot ballot, FeedbackSession session, CancellationToken cancellation)
    {
        var shown = ballot.Swapped ? question.Swap() : question;
        var conversation = new StructuredAsking<PairVerdict>(_client, OptionsOf(ballot), _options.MaxRetries, PairVerdict.Read);
        var (verdict, problem, model, usage) =
            await conversation.AskAsync(JudgePrompt.Compare(shown, ballot.Principle), session, cancellation).ConfigureAwait(false);
        var preference = ballot.Swapped ? PreferenceVerdict.Turned(verdict?.Preference) : verdict?.Preference;
        return (new(ballot.Principle?.Id, ballot.Swapped, ballot.Vote, preference, verdict?.Rationale ?? problem!), model, usage);
    }

    private ChatOptions OptionsOf(Ballot ballot) => new()
    {
        ModelId = _options.ModelId,
        Temperature = (float)_options.ResolvedTemperature,
        Seed = _options.Seed + ballot.Vote,
        MaxOutputTokens = _options.MaxOutputTokens,
        ResponseFormat = _options.StructuredOutput ? PairVerdict.Format : null,
    };

    private readonly record struct Ballot(Principle? Principle, int Vote, bool Swapped);
}
