using Microsoft.Extensions.AI.Evaluation;
using Microsoft.ML;
using Microsoft.ML.Alignment;
using Trainer;

// A consumer's program: makes a tiny model, composes a pipeline, fits, saves, loads, predicts.
var (modelFolder, zip) = (args[0], args[1]);
using (var fresh = LanguageModel.Create(TinyModel.Config, ModelTokenizer.FromJson(TinyModel.TokenizerJson()), seed: 1))
    fresh.SavePretrained(modelFolder);

var ml = new MLContext(seed: 1);
var align = ml.Alignment();
var pairs = ml.Data.LoadFromEnumerable(
[
    new Preference("one plus one is", " two", " three"),
    new Preference("two plus two is", " four", " five"),
]);
var lora = new LoraOptions { Rank = 2, Alpha = 4 };
var pipeline = align.BaseModel(modelFolder)
    .Append(align.Trainers.Sft(new() { Lora = lora }))
    .Append(align.Trainers.RewardModel(new() { Lora = lora }))
    .Append(align.Trainers.Dpo(new() { Lora = lora, Generation = new() { MaxNewTokens = 4 } }));
var aligned = pipeline.Fit(pairs);
ml.Model.Save(aligned, pairs.Schema, zip);

var loaded = ml.Model.Load(zip, out _);
var columns = loaded.GetOutputSchema(pairs.Schema).Select(column => column.Name).ToHashSet();
string[] expected = ["GeneratedCompletion", "RewardMargin", "ImplicitRewardMargin"];
if (expected.Any(column => !columns.Contains(column)))
    throw new InvalidOperationException($"The loaded chain lacks some of {string.Join(", ", expected)}.");
var margins = ml.Data.CreateEnumerable<Scores>(loaded.Transform(pairs), reuseRowObject: false).ToList();
Console.WriteLine($"{margins.Count} rows scored; reward margin {margins[0].RewardMargin:F4}, implicit {margins[0].ImplicitRewardMargin:F4}");

// An evaluation suite scores a response with the chain's reward model.
var evaluator = new RewardEvaluator(RewardFunction.FromTransformer(ml, loaded, "Reward", name: "reward"));
var evaluated = await evaluator.EvaluateAsync("one plus one is", " two");
if (!evaluated.TryGet<NumericMetric>("reward", out var reward) || reward.Value is null)
    throw new InvalidOperationException("The evaluator gave no reward.");
return margins.All(row => float.IsFinite(row.RewardMargin) && float.IsFinite(row.ImplicitRewardMargin)) ? 0 : 1;

internal sealed record Preference(string Prompt, string Chosen, string Rejected);

internal sealed class Scores
{
    public float RewardMargin { get; set; }

    public float ImplicitRewardMargin { get; set; }
}
