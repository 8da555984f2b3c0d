using System.Text.Json;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A training run of the original Python tool: its options, token ids, curve and end.</summary>
internal sealed class RecordedRun
{
    private readonly string _name;
    private readonly JsonElement _run;

    public RecordedRun(string name)
    {
        _name = name;
        _run = JsonDocument.Parse(Golden.Text($"trajectories/{name}/run.json")).RootElement.Clone();
    }

    public IReadOnlyList<JsonElement> Steps => [.. _run.GetProperty("steps").EnumerateArray()];

    public GoldenTensors Final => new(File("final.safetensors"));

    public ResolvedTraining Training => new TrainingOptions
    {
        LearningRate = Number("learning_rate"),
        MaxSteps = (int)Number("max_steps"),
        BatchSize = (int)(Number("per_device_train_batch_size") * Number("gradient_accumulation_steps")),
        MicroBatchSize = (int)Number("per_device_train_batch_size"),
        WarmupRatio = Number("warmup_steps") / Number("max_steps"),
        Schedule = Enum.Parse<LearningRateSchedule>(Option("lr_scheduler_type").GetString()!.Split('.')[1], ignoreCase: true),
        WeightDecay = Number("weight_decay"),
        AdamBeta1 = Number("adam_beta1"),
        AdamBeta2 = Number("adam_beta2"),
        AdamEpsilon = Number("adam_epsilon"),
        MaxGradientNorm = Number("max_grad_norm"),
    }.Resolve(new(1, 1), seed: 0);

    public string File(string file) => Golden.Path($"trajectories/{_name}/{file}");

    public double Number(string option) => Option(option).GetDouble();

    /// <summary>The recorded rows as JSON.</summary>
    public IReadOnlyList<JsonElement> Rows => [.. System.IO.File.ReadLines(File("rows.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The recorded token ids, in their order.</summary>
    public TokenizedExample[] Examples => [.. Rows.Select(Example)];

    /// <summary>The recorded token ids, served in their order and again from the top.</summary>
    public RecordedSource<TBatch> Source<TBatch>(Func<TokenBatch, TBatch> batchOf) =>
        new(Examples, Training.MicroBatchSize, Training.BatchSize / Training.MicroBatchSize, batchOf);

    private JsonElement Option(string option) => _run.GetProperty("options").GetProperty(option);

    private static TokenizedExample Example(JsonElement row)
    {
        if (row.TryGetProperty("labels", out var labels))
        {
            var (ids, prompt) = (Ids(row, "input_ids"), labels.EnumerateArray().TakeWhile(label => label.GetInt32() < 0).Count());
            return new(ids[..prompt], [ids[prompt..]], []);
        }

        if (row.TryGetProperty("chosen_labels", out _))
        {
            var given = Ids(row, "prompt_input_ids");
            return new(given, [Ids(row, "chosen_input_ids")[given.Length..], Ids(row, "rejected_input_ids")[given.Length..]], []);
        }

        if (row.TryGetProperty("label", out var label))
            return new(Ids(row, "prompt_ids"), [Ids(row, "completion_ids")], [label.GetBoolean() ? 1 : 0]);

        var (chosen, rejected) = (Ids(row, "chosen_ids"), Ids(row, "rejected_ids"));
        if (row.TryGetProperty("prompt_ids", out _))
            return new(Ids(row, "prompt_ids"), [chosen, rejected], []);

        // A reward run. Its padding is the end token, and its head read the last token that is not padding: the one before the end token.
        (chosen, rejected) = (chosen[..^1], rejected[..^1]);
        var shared = chosen.Zip(rejected).TakeWhile(pair => pair.First == pair.Second).Count();
        float[] values = row.TryGetProperty("margin", out var margin) ? [margin.GetSingle()] : [];
        return new(chosen[..shared], [chosen[shared..], rejected[shared..]], values);
    }

    public static int[] Ids(JsonElement row, string key) => [.. row.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];
}

/// <summary>Serves given examples in their order.</summary>
internal sealed class RecordedSource<TBatch>(
    IReadOnlyList<TokenizedExample> examples, int microBatchSize, int microBatches, Func<TokenBatch, TBatch> batchOf) : IBatchSource<TBatch>
{
    public int StepsPerEpoch => examples.Count / (microBatchSize * microBatches);

    public IEnumerable<IReadOnlyList<TBatch>> Steps(long from)
    {
        while (true)
            foreach (var step in examples.Chunk(microBatchSize).Select(part => batchOf(Collator.Pack(part))).Chunk(microBatches).Skip((int)(from % StepsPerEpoch)))
            {
                yield return step;
                from = 0;
            }
    }
}
