using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Tests.Models;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Pipeline;

/// <summary>The same chain on a tiny fresh model of every family: train, save, load, score, write, write the model for others.</summary>
public sealed class FamilyChainTests : IDisposable
{
    private static readonly TrainingOptions Short = new() { MaxSteps = 2, BatchSize = 3, LearningRate = 1e-2 };
    private static readonly LoraOptions SmallLora = new() { Rank = 2 };
    private static readonly string[] Outputs = ["ChosenReward", "RejectedReward", "ChosenImplicitReward", "RejectedImplicitReward"];
    private static readonly int[] Text = [1, 7, 30, 4, 19, 101, 7, 8, 9, 55, 3, 400];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => FamilyTests.Families;

    public void Dispose() => _folder.Dispose();

    [SharedTheory(StoriesModel.Folder, "golden/models/gemma2")]
    [MemberData(nameof(Families))]
    public void EveryFamilyGoesThroughTheWholeChain(string family)
    {
        var context = new MLContext(seed: 7);
        var pairs = AlignedChain.ViewOfPairs(context);
        using var fitted = Pipeline(context.Alignment(), Base(family)).Fit(pairs);
        context.Model.Save(fitted, pairs.Schema, _folder["saved.zip"]);
        using var loaded = (TransformerChain<ITransformer>)new MLContext().Model.Load(_folder["saved.zip"], out _);

        var (before, after) = (fitted.Transform(pairs), loaded.Transform(pairs));
        foreach (var name in Outputs)
            after.GetColumn<float>(name).Should().Equal(before.GetColumn<float>(name)).And.OnlyContain(value => float.IsFinite(value) && value != 0);
        var completions = before.GetColumn<string>("GeneratedCompletion").ToArray();
        after.GetColumn<string>("GeneratedCompletion").Should().Equal(completions);
        using var engine = context.Model.CreatePredictionEngine<PromptRow, AnswerRow>(loaded, new PredictionEngineOptions { OwnsTransformer = false });
        AlignedChain.Rows.Select(row => engine.Predict(new() { Prompt = row.Prompt }).GeneratedCompletion).Should().Equal(completions);
        WhatIsWrittenIsTheModel(fitted.LastTransformer.Model);
    }

    [SharedTheory(StoriesModel.Folder, "golden/models/gemma2")]
    [MemberData(nameof(Families))]
    public void EveryFamilyTrainsAllItsWeights(string family)
    {
        var context = new MLContext(seed: 7);
        var pairs = AlignedChain.ViewOfPairs(context);
        var align = context.Alignment();
        using var start = align.LoadModel(Base(family));
        using var fitted = align.BaseModel(Base(family)).Append(align.Trainers.Orpo(new() { Training = Short with { LearningRate = 1e-3 } })).Fit(pairs);
        var trained = fitted.LastTransformer.Model.BaseWeights.ToDictionary(weight => weight.Name);
        trained.Keys.Should().BeEquivalentTo(start.BaseWeights.Select(weight => weight.Name));
        foreach (var weight in start.BaseWeights)
            Bytes(trained[weight.Name]).Should().NotEqual(Bytes(weight), weight.Name);
    }

    private static EstimatorChain<PolicyTransformer> Pipeline(AlignmentCatalog align, string model) => align.BaseModel(model)
        .Append(align.Trainers.Sft(new() { Lora = SmallLora, Training = Short }))
        .Append(align.Trainers.RewardModel(new() { Lora = SmallLora, Training = Short }))
        .Append(align.Trainers.Dpo(new() { Lora = SmallLora, Training = Short, Generation = new() { MaxNewTokens = 5 } }));

    private void WhatIsWrittenIsTheModel(LanguageModel model)
    {
        var rows = PackedSequences.Of([Text]);
        var expected = TestModels.Logits(model, rows);
        model.SavePretrained(_folder["merged"]);
        model.SaveAdapters(_folder["adapters"]);
        using var merged = PretrainedModel.Load(_folder["merged"]);
        using var start = PretrainedModel.Load(_folder["base"]);
        using var stacked = start.LoadAdapter(_folder["adapters"]);
        var spread = expected.Max(Math.Abs);
        TestModels.Difference(TestModels.Logits(merged, rows), expected).Should().BeLessThan(1e-4 * spread);
        TestModels.Logits(stacked, rows).Should().Equal(expected).And.NotEqual(TestModels.Logits(start, rows));
    }

    private string Base(string family)
    {
        var path = _folder["base"];
        if (Directory.Exists(path))
            return path;
        var tokenizer = ModelTokenizer.FromJson(File.ReadAllText(Path.Combine(Golden.Shared(StoriesModel.Folder), "tokenizer.json")));
        using var model = LanguageModel.Create(FamilyTests.WithVocabulary(family, tokenizer.VocabularySize), tokenizer, seed: 5);
        model.SavePretrained(path);
        return path;
    }

    private static byte[] Bytes(Alignment.Models.StoredTensor tensor)
    {
        var bytes = new byte[tensor.ByteLength];
        tensor.Read(0, bytes);
        return bytes;
    }
}
