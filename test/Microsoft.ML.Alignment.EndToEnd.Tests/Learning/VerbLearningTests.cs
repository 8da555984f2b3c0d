using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Learning;

/// <summary>
/// What training does to answers in a wording that was not trained. By chance, half of the 16 verbs would be preferred in the right form:
/// 12 or more come out so with a probability of 4 %, 15 or more with one of 0.03 %.
/// </summary>
public abstract class VerbLearningTests(VerbChain chain)
{
    [Fact]
    public void SftMakesTheAnswersOfItsRowsLikelierAndTakesNoSide()
    {
        var (before, after) = (chain.LogProbs(chain.Base, right: true), chain.LogProbs(chain.Sft, right: true));
        before.Zip(after).Should().OnlyContain(pair => pair.Second > pair.First + 5, "every answer becomes e⁵ times likelier at least");
        chain.Margins(chain.Sft).Average().Should().BeInRange(-1, 1, "the rows have both forms as often");
        chain.Answers(chain.Base).Should().NotContain(answer => IsAForm(answer));
        chain.Answers(chain.Sft).Count(IsAForm).Should().BeGreaterThanOrEqualTo(13);
    }

    [Fact]
    public void DpoPrefersTheRightFormsInAWordingThatItNeverSaw()
    {
        var (before, after) = (chain.Margins(chain.Sft), chain.Margins(chain.Dpo));
        before.Count(margin => margin > 0).Should().BeLessThanOrEqualTo(12, "SFT took no side, chance is 8 of 16");
        after.Count(margin => margin > 0).Should().BeGreaterThanOrEqualTo(15);
        before.Zip(after).Count(pair => pair.Second > pair.First + 1).Should().BeGreaterThanOrEqualTo(15, "odds rise by a factor of e for nearly all");
    }

    [Fact]
    public void DpoSaysTheRightFormsWhereSftSaidBoth()
    {
        var (before, after) = (chain.Answers(chain.Sft), chain.Answers(chain.Dpo));
        VerbTask.CountRight(before).Should().BeInRange(4, 12, "SFT says either form, chance is 8 of 16");
        VerbTask.CountWrong(before).Should().BeGreaterThanOrEqualTo(4);
        VerbTask.CountRight(after).Should().BeGreaterThanOrEqualTo(13);
        VerbTask.CountWrong(after).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void ImplicitRewardsAreBetaTimesTheShiftAgainstThePolicyThatCameIn()
    {
        const double beta = 0.1;
        var expected = chain.Margins(chain.Dpo).Zip(chain.Margins(chain.Sft), (policy, reference) => beta * (policy - reference)).ToArray();
        var margins = chain.Dpo.Transform(VerbTask.HeldOutPairs(chain.Context)).GetColumn<float>("ImplicitRewardMargin").ToArray();
        margins.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
    }

    [Fact]
    public void TheRewardModelRanksPairsInAWordingThatItNeverSaw()
    {
        var margins = chain.RewardModel.Transform(VerbTask.HeldOutPairs(chain.Context)).GetColumn<float>("RewardMargin").ToArray();
        margins.Count(margin => margin > 0).Should().BeGreaterThanOrEqualTo(15, "chance is 8 of 16");
    }

    private static bool IsAForm(string answer) =>
        VerbTask.Verbs.Any(verb => answer == VerbTask.Say(verb.Past) || answer == VerbTask.Say(verb.Wrong));
}

public sealed class LoraVerbLearningTests(LoraVerbChain fixture) : VerbLearningTests(fixture.Chain), IClassFixture<LoraVerbChain>;

public sealed class FullVerbLearningTests(FullVerbChain fixture) : VerbLearningTests(fixture.Chain), IClassFixture<FullVerbChain>;
