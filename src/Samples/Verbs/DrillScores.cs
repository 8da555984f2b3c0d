using System.Text.Json.Serialization;

namespace Samples.Verbs;

/// <summary>How a policy does on the verbs of a split.</summary>
internal sealed record DrillScores
{
    /// <summary>Irregular verbs, asked for in the first wording.</summary>
    public required int Verbs { get; init; }

    /// <summary>Those answered with the past form.</summary>
    public required int Right { get; init; }

    /// <summary>Their share.</summary>
    [JsonIgnore]
    public double RightShare => (double)Right / Verbs;

    /// <summary>Those answered with the wrong or the doubled form.</summary>
    public required int OverRegularised { get; init; }

    /// <summary>Those answered with the past form when asked in a wording that the drill never has.</summary>
    public required int RightInUnseenWording { get; init; }

    public required int RegularVerbs { get; init; }

    /// <summary>Regular verbs that kept their -ed.</summary>
    public required int RegularRight { get; init; }

    /// <summary>Verbs of both kinds.</summary>
    [JsonIgnore]
    public int AllVerbs => Verbs + RegularVerbs;

    /// <summary>Those of them that are answered rightly.</summary>
    [JsonIgnore]
    public int AllRight => Right + RegularRight;

    /// <summary>Their share.</summary>
    [JsonIgnore]
    public double Accuracy => (double)AllRight / AllVerbs;

    /// <summary>Irregular verbs, once for each wording in which their forms are compared.</summary>
    [JsonIgnore]
    public int Comparisons { get; init; }

    /// <summary>Share of right answers among sampled ones, about verbs of both kinds in every training wording; null where none were sampled.</summary>
    [JsonIgnore]
    public double? SampledAccuracy { get; init; }

    /// <summary>Comparisons in which the past form is more probable than the wrong one.</summary>
    public required int PrefersPast { get; init; }

    /// <summary>Comparisons with past more probable than wrong, and wrong than doubled.</summary>
    public required int Ranked { get; init; }

    /// <summary>Mean over the comparisons of the log-probability of the whole right answer, in nats.</summary>
    public required double LogProbOfRight { get; init; }

    /// <summary>Mean divergence from the policy that came into the stage over the answers it gave, in nats; 0 for the base model.</summary>
    public required double KlToReference { get; init; }

    /// <summary>The answers to the irregular verbs in the first wording.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Answers { get; init; } = [];
}

/// <summary>How a reward model ranks the irregular verbs of a split.</summary>
/// <param name="PastOverWrong">Share of the verbs whose past form gets the higher reward than the wrong one.</param>
/// <param name="WrongOverDoubled">
/// Share of the verbs, where these forms differ, whose wrong form gets a higher reward than the doubled one.
/// </param>
internal sealed record RewardScores(double PastOverWrong, double WrongOverDoubled);
