using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Asks a person at a console: shows both responses, in an order that says nothing, and takes 1, 2, t for a tie or q to stop. Answers go to
/// the session's journal, so that nobody is asked twice.
/// </summary>
public sealed class HumanJudge : IPreferenceJudge
{
    private readonly TextReader _input;
    private readonly TextWriter _output;
    private readonly Lock _turn = new();
    private FeedbackSession? _stopped;

    /// <summary>Makes a judge that asks on the console.</summary>
    /// <param name="name">Who judges; it stands in the audit columns.</param>
    public HumanJudge(string name)
        : this(name, Console.In, Console.Out)
    {
    }

    /// <summary>Makes a judge that asks elsewhere.</summary>
    /// <param name="name">Who judges; it stands in the audit columns.</param>
    /// <param name="input">Where answers come from, a line each.</param>
    /// <param name="output">Where questions go.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public HumanJudge(string name, TextReader input, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        (Identity, _input, _output) = ($"human|{Require.NotEmpty(name)}", input, output);
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    /// <exception cref="FeedbackStoppedException">The person stopped, or there is no more input.</exception>
    public async Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(session);
        var key = string.Join('\u001f', Identity, question.Prompt, question.First, question.Second);
        return await session.RememberAsync(
            key, token => Task.Run(() => Ask(question, RequestKey.Hash(key)[0] > '7', session), token), cancellationToken).ConfigureAwait(false);
    }

    private PreferenceVerdict Ask(PreferenceQuestion question, bool swapped, FeedbackSession session)
    {
        lock (_turn)
        {
            // Other questions of the session wait for their turn while one is answered.
            if (_stopped == session)
                throw Stopped();
            var shown = swapped ? question.Swap() : question;
            _output.WriteLine($"\nPrompt: {shown.Prompt}\n\n[1] {shown.First}\n\n[2] {shown.Second}\n");
            var preference = Read(session);
            var answer = new JudgeAnswer(null, swapped, 0, swapped ? PreferenceVerdict.Turned(preference) : preference, "");
            return new() { FirstProbability = Tally.Of([answer]), Answers = [answer] };
        }
    }

    private PreferenceOutcome Read(FeedbackSession session)
    {
        while (true)
        {
            _output.Write("Which is better? 1, 2, t (tie) or q (stop): ");
            _output.Flush();
            switch (_input.ReadLine()?.Trim().ToLowerInvariant())
            {
                case "1":
                    return PreferenceOutcome.First;
                case "2":
                    return PreferenceOutcome.Second;
                case "t":
                    return PreferenceOutcome.Tie;
                case "q" or null:
                    _stopped = session;
                    throw Stopped();
            }
        }
    }

    private FeedbackStoppedException Stopped() => new($"{Identity} stopped judging; with a journal, the next run asks what is left.");
}
