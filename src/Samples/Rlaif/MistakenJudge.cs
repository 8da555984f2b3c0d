using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Alignment;

namespace Samples.Rlaif;

/// <summary>Turns some verdicts of another judge round, to see what mistakes cost: which ones is a function of the question.</summary>
/// <param name="judge">The other judge.</param>
/// <param name="share">The share of verdicts that become wrong, in [0, 1].</param>
/// <param name="seed">Another seed makes other mistakes.</param>
internal sealed class MistakenJudge(IPreferenceJudge judge, double share, int seed) : IPreferenceJudge
{
    public string Identity => $"{judge.Identity}|{share} of it turned round|{seed}";

    public async Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        var verdict = await judge.CompareAsync(question, session, cancellationToken);
        return IsMistaken(question) ? verdict with { FirstProbability = 1 - verdict.FirstProbability, Answers = [] } : verdict;
    }

    // The same for both orders of the responses.
    private bool IsMistaken(PreferenceQuestion question)
    {
        string[] texts = [question.Prompt, .. new[] { question.First, question.Second }.Order(StringComparer.Ordinal)];
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', texts.Append($"{seed}"))));
        return BitConverter.ToUInt32(hash) < share * uint.MaxValue;
    }
}
