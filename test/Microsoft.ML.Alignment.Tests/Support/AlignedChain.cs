using Microsoft.ML;
using Microsoft.ML.Alignment;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Support;

public sealed class PairRow
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";
}

public sealed class PromptRow
{
    public string Prompt { get; set; } = "";
}

public sealed class AnswerRow
{
    public string GeneratedCompletion { get; set; } = "";
}

/// <summary>
/// SFT, reward model and DPO, each with an adapter, fitted by one <c>Fit</c> on a small model whose weights are quantised.
/// </summary>
public sealed class AlignedChain : IDisposable
{
    public static readonly string BasePath = Golden.Path("gguf/stories260K-q8_0.gguf");

    private static readonly TrainingOptions Short = new() { MaxSteps = 2, BatchSize = 3, LearningRate = 1e-3 };
    private static readonly LoraOptions SmallLora = new() { Rank = 3, Alpha = 6 };
    private static readonly GenerationOptions FewTokens = new() { MaxNewTokens = 5 };

    public AlignedChain()
    {
        Fitted = Pipeline(Context).Fit(Pairs);
    }

    public MLContext Context { get; } = new(seed: 7);

    public TransformerChain<PolicyTransformer> Fitted { get; }

    public IDataView Pairs => ViewOfPairs(Context);

    public static SftTrainer.Options SftOptions => new() { Lora = SmallLora, Training = Short, Generation = FewTokens };

    public static RewardModelTrainer.Options RewardModelOptions => new() { Lora = SmallLora, Training = Short };

    public static DpoTrainer.Options DpoOptions => new() { Lora = SmallLora, Training = Short, Generation = FewTokens, Beta = 0.3 };

    public static PairRow[] Rows { get; } =
    [
        new() { Prompt = "One day, Lily wanted to go. So Lily", Chosen = " went.", Rejected = " goed at home." },
        new() { Prompt = "One day, Tom wanted to teach. So Tom", Chosen = " taught at home.", Rejected = " teached." },
        new() { Prompt = "One day, Ben wanted to catch. So Ben", Chosen = " caught in the park.", Rejected = " catched." },
        new() { Prompt = "One day, Mia wanted to buy. So Mia", Chosen = " bought and was happy.", Rejected = " buyed." },
        new() { Prompt = "One day, Sam wanted to run. So Sam", Chosen = " ran with mom.", Rejected = " runned with mom." },
    ];

    public static IDataView ViewOfPairs(MLContext context, int repeats = 1) =>
        context.Data.LoadFromEnumerable(Enumerable.Repeat(Rows, repeats).SelectMany(r => r).ToArray());

    public static EstimatorChain<PolicyTransformer> Pipeline(MLContext context, AlignmentRun? run = null)
    {
        var align = context.Alignment(run);
        return align.BaseModel(BasePath)
            .Append(align.Trainers.Sft(SftOptions))
            .Append(align.Trainers.RewardModel(RewardModelOptions))
            .Append(align.Trainers.Dpo(DpoOptions));
    }

    /// <summary>The fitted stage, by its place.</summary>
    public T Stage<T>(int index) => (T)Fitted.ElementAt(index);

    public void Dispose() => Fitted.Dispose();
}
