using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>Counts all tensors of the process, so nothing else may run beside it.</summary>
/// <remarks>
/// The wrapper that a parameter takes its tensor from stays in the count, though its native tensor moved: one for each parameter made.
/// </remarks>
[Collection(RunsAlone.Name)]
public sealed class OwnershipTests
{
    private const int BaseParameters = (5 * 9) + 2;
    private const int AdapterParameters = 5 * 7 * 2;

    [Fact]
    public void NoTensorIsLeftOfAFitASaveALoadAndTheirScores()
    {
        FitSaveLoadScore();
        var before = Tensors.CountLive();
        FitSaveLoadScore();
        (Tensors.CountLive() - before).Should().Be(2 * (BaseParameters + (3 * AdapterParameters) + 1), "that many parameters were fitted and loaded again");
    }

    [Fact]
    public void AFitThatFailsLeavesNoTensor()
    {
        var context = new MLContext(seed: 1);
        using var start = context.Alignment().BaseModel(AlignedChain.BasePath).Fit(AlignedChain.ViewOfPairs(context));
        var rows = context.Data.LoadFromEnumerable(new[] { new PairRow { Prompt = "One day", Chosen = " a", Rejected = "" } });
        var trainer = context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions);
        _ = start.Model.Network; // decoded when first used
        var before = Tensors.CountLive();
        new Action(() => trainer.Fit(start.Transform(rows))).Should().Throw<InvalidDataException>().WithMessage("*Rejected*");
        (Tensors.CountLive() - before).Should().Be(AdapterParameters, "an adapter was made before the rows were read");
    }

    [Fact]
    public void DisposingAPredictionEngineTakesNoWeightsFromOtherHolders()
    {
        using var chain = new AlignedChain();
        using var folder = new TemporaryFolder();
        chain.Context.Model.Save(chain.Fitted, chain.Pairs.Schema, folder["model.zip"]);
        var loaded = (TransformerChain<ITransformer>)chain.Context.Model.Load(folder["model.zip"], out _);
        using var shared = ((PolicyTransformer)loaded.Last()).Model.Share();
        var expected = chain.Fitted.Transform(chain.Pairs).GetColumn<string>("GeneratedCompletion").First();
        using (var engine = chain.Context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(loaded))
            engine.Predict(new() { Prompt = AlignedChain.Rows[0].Prompt }).GeneratedCompletion.Should().Be(expected);

        using var dpo = chain.Context.Alignment().Trainers.Dpo(AlignedChain.DpoOptions with { InitialModel = shared }).Fit(chain.Pairs);
        dpo.Model.AdapterNames.Should().Equal("sft", "dpo", "dpo-2");
        var disposed = loaded.Transform(chain.Pairs);
        new Func<IEnumerable<string>>(() => [.. disposed.GetColumn<string>("GeneratedCompletion")]).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void AnOpenCursorOutlivesItsTransformer()
    {
        using var chain = new AlignedChain();
        var view = chain.Fitted.Transform(AlignedChain.ViewOfPairs(chain.Context, repeats: 7));
        var column = view.Schema["ImplicitRewardMargin"];
        using var cursor = view.GetRowCursor([column]);
        var get = cursor.GetGetter<float>(column);
        chain.Fitted.Dispose();
        var rows = 0;
        for (float value = 0; cursor.MoveNext(); rows++)
        {
            get(ref value);
            float.IsFinite(value).Should().BeTrue();
        }

        rows.Should().Be(7 * AlignedChain.Rows.Length);
    }

    [Fact]
    public void EightThreadsGetTheScoresOfOne()
    {
        using var chain = new AlignedChain();
        var view = chain.Fitted.Transform(AlignedChain.ViewOfPairs(chain.Context, repeats: 4));
        var expected = view.GetColumn<float>("ImplicitRewardMargin").ToArray();
        var texts = view.GetColumn<string>("GeneratedCompletion").ToArray();
        var results = new (float[] Margins, string[] Texts)[8];
        var threads = Enumerable.Range(0, 8).Select(i => new Thread(() => results[i] =
            ([.. view.GetColumn<float>("ImplicitRewardMargin")], [.. view.GetColumn<string>("GeneratedCompletion")]))).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        results.Should().AllSatisfy(r =>
        {
            r.Margins.Should().Equal(expected);
            r.Texts.Should().Equal(texts);
        });
    }

    private static void FitSaveLoadScore()
    {
        using var chain = new AlignedChain();
        using var folder = new TemporaryFolder();
        chain.Context.Model.Save(chain.Fitted, chain.Pairs.Schema, folder["model.zip"]);
        using var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(folder["model.zip"], out _);
        foreach (var column in new[] { "ImplicitRewardMargin", "RewardMargin" })
            loaded.Transform(chain.Pairs).GetColumn<float>(column).Should().HaveCount(AlignedChain.Rows.Length);
        loaded.Transform(chain.Pairs).GetColumn<string>("GeneratedCompletion").Should().HaveCount(AlignedChain.Rows.Length);
    }
}
