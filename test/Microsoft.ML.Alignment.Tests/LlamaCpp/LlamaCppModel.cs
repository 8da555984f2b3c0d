using System.Collections.Concurrent;
using System.Text;
using LLama;
using LLama.Common;
using LLama.Exceptions;
using LLama.Native;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>A GGUF file in llama.cpp: one thread, cache in float32.</summary>
internal sealed class LlamaCppModel : IDisposable
{
    private readonly LLamaWeights _weights;
    private readonly LLamaContext _context;

    private static readonly ConcurrentQueue<string> Errors = [];

    static LlamaCppModel() => NativeLibraryConfig.All.WithLogCallback((level, message) =>
    {
        if (level is LLamaLogLevel.Error)
            Errors.Enqueue(message);
    });

    public LlamaCppModel(string path, uint contextSize = 512)
    {
        var parameters = new ModelParams(path)
        {
            ContextSize = contextSize, BatchSize = contextSize, UBatchSize = contextSize, GpuLayerCount = 0, Threads = 1, BatchThreads = 1,
            TypeK = GGMLType.GGML_TYPE_F32, TypeV = GGMLType.GGML_TYPE_F32, FlashAttention = false, SwaFull = true,
        };
        Errors.Clear();
        try
        {
            _weights = LLamaWeights.LoadFromFile(parameters);
        }
        catch (LoadWeightsFailedException e)
        {
            throw new InvalidDataException(string.Concat(Errors), e);
        }

        _context = _weights.CreateContext(parameters);
    }

    /// <summary>Loads llama.cpp, which the first of its functions to be called must not be left to.</summary>
    public static void Start() => NativeApi.llama_empty_call();

    public SafeLlamaModelHandle.Vocabulary Vocabulary => _weights.Vocab;

    public IReadOnlyDictionary<string, string> Metadata => _weights.Metadata;

    public void Dispose()
    {
        _context.Dispose();
        _weights.Dispose();
    }

    /// <summary>The ids of a text in which markup is recognised.</summary>
    public int[] Tokenize(string text, bool withSpecialTokens = false) =>
        [.. _weights.Tokenize(text, withSpecialTokens, true, Encoding.UTF8).Select(token => (int)token)];

    /// <summary>Whether llama.cpp ends a completion at a token.</summary>
    public bool Ends(int id) => ((LLamaToken)id).IsEndOfGeneration(Vocabulary);

    /// <summary>The tokens of highest logit behind some, one after another.</summary>
    public int[] Greedy(IReadOnlyList<int> ids, int count)
    {
        var answer = new List<int>();
        Clear();
        var logits = Decode(ids, 0);
        while (true)
        {
            answer.Add(Array.IndexOf(logits, logits.Max()));
            if (answer.Count == count)
                return [.. answer];
            logits = Decode([answer[^1]], ids.Count + answer.Count - 1);
        }
    }

    /// <summary>The logits behind some tokens.</summary>
    public float[] Logits(IReadOnlyList<int> ids)
    {
        Clear();
        return Decode(ids, 0);
    }

    /// <summary>Puts adapters on the model, in the order in which they were trained.</summary>
    public void Apply(params string[] adapters) =>
        _context.NativeHandle.SetLoraAdapters([.. adapters.Select(path => (_weights.NativeHandle.LoadLoraFromFile(path), 1f))]);

    private void Clear() => _context.NativeHandle.MemoryClear();

    private float[] Decode(IReadOnlyList<int> ids, int start)
    {
        var batch = new LLamaBatch();
        for (var i = 0; i < ids.Count; i++)
            batch.Add(ids[i], start + i, LLamaSeqId.Zero, i == ids.Count - 1);
        _context.NativeHandle.Decode(batch).Should().Be(DecodeResult.Ok);
        return _context.NativeHandle.GetLogitsIth(ids.Count - 1).ToArray();
    }
}
