using System.Text;
using LLama;
using LLama.Common;
using LLama.Native;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment;

namespace Samples.Export;

/// <summary>Answers with llama.cpp from a GGUF file: its template, its tokenizer, its end tokens, the most probable token each time.</summary>
internal sealed class LlamaCppChat : IDisposable
{
    private const uint ContextSize = 2048;

    private readonly int _maxNewTokens;
    private readonly LLamaWeights _weights;
    private readonly LLamaContext _context;
    private readonly ChatTemplate _template;

    public LlamaCppChat(string path, int maxNewTokens)
    {
        _maxNewTokens = maxNewTokens;
        BeQuiet();
        var parameters = new ModelParams(path) { ContextSize = ContextSize, BatchSize = ContextSize, GpuLayerCount = 0 };
        _weights = LLamaWeights.LoadFromFile(parameters);
        _context = _weights.CreateContext(parameters);
        var vocabulary = _weights.Vocab;
        var tokens = new Dictionary<string, string>
        {
            ["bos_token"] = vocabulary.LLamaTokenToString(vocabulary.BOS, true) ?? "", ["eos_token"] = vocabulary.LLamaTokenToString(vocabulary.EOS, true) ?? "",
        };
        _template = _weights.Metadata.TryGetValue("tokenizer.chat_template", out var jinja)
            ? ChatTemplate.Parse(jinja, tokens)
            : throw new InvalidDataException($"'{path}' has no chat template; it is no model to talk to.");
    }

    /// <summary>Keeps llama.cpp from writing what it does to the terminal; before anything of it is called.</summary>
    public static void BeQuiet() => NativeLibraryConfig.All.WithLogCallback((_, _) => { });

    /// <summary>The answer to a conversation.</summary>
    public string Answer(IReadOnlyList<ChatMessage> conversation)
    {
        var text = _template.Render([.. conversation.Select(message => new TemplateMessage(message.Role.Value, message.Text))], addGenerationPrompt: true);
        _context.NativeHandle.MemoryClear();
        LLamaToken[] next = _weights.Tokenize(text, false, true, Encoding.UTF8);
        var decoder = new StreamingTokenDecoder(_context);
        var position = 0;
        for (var count = 0; count < _maxNewTokens && position + next.Length < _context.ContextSize; count++)
        {
            var logits = Decode(next, position);
            position += next.Length;
            LLamaToken best = Array.IndexOf(logits, logits.Max());
            if (best.IsEndOfGeneration(_weights.Vocab))
                break;
            decoder.Add(best);
            next = [best];
        }

        return decoder.Read();
    }

    public void Dispose()
    {
        _context.Dispose();
        _weights.Dispose();
    }

    private float[] Decode(LLamaToken[] tokens, int position)
    {
        var batch = new LLamaBatch();
        for (var i = 0; i < tokens.Length; i++)
            batch.Add(tokens[i], position + i, LLamaSeqId.Zero, i == tokens.Length - 1);
        return _context.NativeHandle.Decode(batch) == DecodeResult.Ok
            ? _context.NativeHandle.GetLogitsIth(tokens.Length - 1).ToArray()
            : throw new InvalidOperationException($"llama.cpp could not read {tokens.Length} tokens behind {position}; the context has {_context.ContextSize}.");
    }
}
