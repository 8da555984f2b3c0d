using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

public sealed class AlignmentSchemaTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    [Fact]
    public void TheNearestPolicyUpstreamIsFound()
    {
        var schema = chain.Fitted.Transform(chain.Pairs).Schema;
        AlignmentSchema.Find(schema, AlignmentSchema.PolicyKind).Should().BeSameAs(chain.Fitted.LastTransformer.Model);
        AlignmentSchema.Find(schema, AlignmentSchema.RewardModelKind).Should().BeSameAs(chain.Stage<RewardModelTransformer>(2).Model);
    }

    [Fact]
    public void AModelTravelsThroughCacheShuffleFilterAndSelection()
    {
        var (data, view) = (chain.Context.Data, chain.Fitted.Transform(chain.Pairs));
        IDataView[] views =
        [
            data.Cache(view), data.ShuffleRows(view), data.TakeRows(view, 2), data.SkipRows(view, 1), data.TrainTestSplit(view).TrainSet,
            chain.Context.Transforms.SelectColumns("Prompt", "Policy").Fit(view).Transform(view),
            chain.Context.Transforms.CopyColumns("Kept", "Policy").Append(chain.Context.Transforms.DropColumns("Policy")).Fit(view).Transform(view),
        ];
        views.Should().AllSatisfy(v =>
            AlignmentSchema.Find(v.Schema, AlignmentSchema.PolicyKind).Should().BeSameAs(chain.Fitted.LastTransformer.Model));
    }

    [Theory]
    [InlineData("Prompt", "Policy,GeneratedCompletion,RewardModel")]
    [InlineData("Prompt,Completion", "Policy,GeneratedCompletion,RewardModel,Reward")]
    [InlineData("Prompt,Chosen", "Policy,GeneratedCompletion,RewardModel,ChosenReward,ChosenImplicitReward")]
    [InlineData("Prompt,Rejected", "Policy,GeneratedCompletion,RewardModel,RejectedReward,RejectedImplicitReward")]
    [InlineData("Prompt,Chosen,Rejected,Completion", "Policy,GeneratedCompletion,RewardModel,Reward,ChosenReward,RejectedReward,RewardMargin," +
        "ChosenImplicitReward,RejectedImplicitReward,ImplicitRewardMargin")]
    public void ColumnsAreThereExactlyWhereTheirInputsAre(string inputs, string outputs)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var input in inputs.Split(','))
            builder.AddColumn(input, TextDataViewType.Instance);
        chain.Fitted.GetOutputSchema(builder.ToSchema()).Where(c => !c.IsHidden).Select(c => c.Name)
            .Should().BeEquivalentTo(inputs.Split(',').Concat(outputs.Split(',')));
    }

    [Fact]
    public void ANumberInPlaceOfATextIsNoInput()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Prompt", TextDataViewType.Instance);
        builder.AddColumn("Chosen", NumberDataViewType.Single);
        chain.Fitted.GetOutputSchema(builder.ToSchema()).Select(c => c.Name).Should().NotContain(["ChosenReward", "ChosenImplicitReward"]);
    }

    [Fact]
    public void WhatIsPromisedWhenComposedIsWhatIsDelivered()
    {
        var promised = AlignedChain.Pipeline(chain.Context).GetOutputSchema(AlignmentSchema.ShapeOf(chain.Pairs.Schema));
        var delivered = AlignmentSchema.ShapeOf(chain.Fitted.Transform(chain.Pairs).Schema);
        promised.Select(c => $"{c.Name} {c.ItemType}").Should().BeEquivalentTo(delivered.Select(c => $"{c.Name} {c.ItemType}"));
    }

    [Fact]
    public void AFittedPolicyRequiresItsPrompt()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Chosen", TextDataViewType.Instance);
        new Action(() => chain.Fitted.GetOutputSchema(builder.ToSchema())).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Prompt*");
    }
}
