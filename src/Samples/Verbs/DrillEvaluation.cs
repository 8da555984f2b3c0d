using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Verbs;

/// <summary>Measures fitted stages on verbs: answers in the first wording, and which of their forms are more probable.</summary>
/// <param name="ml">The context.</param>
/// <param name="verbs">The verbs.</param>
/// <param name="wordings">The wordings in which forms are compared; the first alone where none is given.</param>
internal sealed class DrillEvaluation(MLContext ml, IEnumerable<Verb> verbs, IReadOnlyList<Wording>? wordings = null)
{
    private readonly IReadOnlyList<Wording> _wordings = wordings ?? [Wording.Test];
    private readonly List<Verb> _irregular = [.. verbs.Where(verb => !verb.IsRegular)];
    private readonly List<Verb> _regular = [.. verbs.Where(verb => verb.IsRegular)];

    /// <summary>Measures a policy.</summary>
    /// <param name="policy">The stage.</param>
    /// <param name="reference">The policy that came into the stage; null for the base model.</param>
    public DrillScores Score(PolicyTransformer policy, PolicyTransformer? reference)
    {
        // One view of all questions, so that they are answered together.
        var all = Answers(policy, [.. Questions(_irregular, Wording.Test), .. Questions(_irregular, Wording.Unseen), .. Questions(_regular, Wording.Test)]);
        var (answers, unseen, regular) = (all[.._irregular.Count], all[_irregular.Count..(2 * _irregular.Count)], all[(2 * _irregular.Count)..]);
        var (past, wrong, doubled) = (LogProbs(policy, verb => verb.Past), LogProbs(policy, verb => verb.Wrong), LogProbs(policy, verb => verb.Doubled));
        return new()
        {
            Verbs = _irregular.Count,
            Comparisons = past.Count,
            Right = Count(_irregular, answers, Said.Right),
            OverRegularised = Count(_irregular, answers, Said.OverRegularised),
            RightInUnseenWording = Count(_irregular, unseen, Said.Right),
            RegularVerbs = _regular.Count,
            RegularRight = Count(_regular, regular, Said.Right),
            PrefersPast = past.Zip(wrong).Count(p => p.First > p.Second),
            Ranked = past.Zip(wrong, doubled).Count(p => p.First > p.Second && p.Second > p.Third),
            LogProbOfRight = past.Average(),
            KlToReference = reference is null ? 0 : Divergence(policy, reference, answers),
            Answers = answers,
        };
    }

    /// <summary>Measures a reward model.</summary>
    public RewardScores Score(RewardModelTransformer rewardModel) => new(
        Accuracy(rewardModel, _irregular, verb => (verb.Past, verb.Wrong)),
        Accuracy(rewardModel, _irregular.Where(verb => verb.Wrong != verb.Doubled), verb => (verb.Wrong, verb.Doubled)));

    private static IEnumerable<Instruction> Questions(IEnumerable<Verb> verbs, Wording wording) =>
        verbs.Select(verb => new Instruction(wording.Ask(verb), ""));

    /// <summary>The greedy answers of a policy.</summary>
    private string[] Answers(PolicyTransformer policy, IEnumerable<Instruction> questions)
    {
        var answered = policy.Transform(ml.Data.LoadFromEnumerable(questions));
        return [.. ml.Data.CreateEnumerable<AnswerRow>(answered, reuseRowObject: false).Select(row => row.GeneratedCompletion)];
    }

    private static int Count(List<Verb> verbs, IEnumerable<string> answers, Said said) => verbs.Zip(answers).Count(p => AnswerScoring.Score(p.First, p.Second) == said);

    private List<double> LogProbs(PolicyTransformer policy, Func<Verb, string> form)
    {
        var rows = ml.Data.LoadFromEnumerable(
            from wording in _wordings from verb in _irregular select new Instruction(wording.Ask(verb), wording.Say(verb, form(verb))));
        return [.. policy.Model.ScoreCompletions(rows).Select(logProb => logProb.Sum)];
    }

    private double Divergence(PolicyTransformer policy, PolicyTransformer reference, IEnumerable<string> answers)
    {
        var said = _irregular.Zip(answers).Where(p => !string.IsNullOrWhiteSpace(p.Second)).Select(p => new Instruction(Wording.Test.Ask(p.First), p.Second)).ToList();
        return said.Count == 0 ? 0 : policy.Model.KlDivergence(reference.Model, ml.Data.LoadFromEnumerable(said)).Average();
    }

    private double Accuracy(RewardModelTransformer rewardModel, IEnumerable<Verb> verbs, Func<Verb, (string Better, string Worse)> forms)
    {
        var pairs = ml.Data.LoadFromEnumerable(verbs.Select(verb => new Preference(
            Wording.Test.Ask(verb), Wording.Test.Say(verb, forms(verb).Better), Wording.Test.Say(verb, forms(verb).Worse))));
        return ml.Data.CreateEnumerable<MarginRow>(rewardModel.Transform(pairs), reuseRowObject: false).Average(row => row.RewardMargin > 0 ? 1.0 : 0);
    }

    private sealed class AnswerRow
    {
        public string GeneratedCompletion { get; set; } = "";
    }

    private sealed class MarginRow
    {
        public float RewardMargin { get; set; }
    }
}
