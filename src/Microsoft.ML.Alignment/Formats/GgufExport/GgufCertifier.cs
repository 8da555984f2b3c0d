using System.Security.Cryptography;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Tokenization;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>Reads a GGUF file back and compares it with the model of which it was written.</summary>
/// <param name="model">The model.</param>
/// <param name="type">The type of the file.</param>
/// <param name="options">What is compared.</param>
internal sealed class GgufCertifier(LanguageModel model, GgufType type, GgufOptions options)
{
    private static readonly string[] OwnPrompts =
    [
        "Hello! Who are you?", "What is 12 + 30?", "Write one sentence about the sea.\nThen one about a tree.",
        "Übersetze: \"naïve\" — 日本 🙂", "  Two spaces,\ttabs and <tags>.", "Name three colours.",
    ];

    private readonly List<string> _findings = [];
    private int _conversations;
    private int _equalIds;
    private int _equalAnswers;

    /// <summary>The certificate of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file cannot be read.</exception>
    /// <exception cref="NotSupportedException">The file has something that is not read here.</exception>
    public GgufCertificate Check(string path)
    {
        using var read = PretrainedModel.Load(path);
        using var file = GgufFile.Open(path);
        _findings.AddRange(GgufStatements.Differences(model, read, file));
        var tensors = TensorErrors.Of(model, read, file, type);
        _findings.AddRange(tensors.Findings);
        var divergence = new LogitDivergence();
        foreach (var prompt in options.Prompts ?? OwnPrompts)
            foreach (var conversation in Conversations(prompt))
                Compare(read, conversation, divergence);
        AddTotals(divergence);
        return new()
        {
            File = Path.GetFileName(path),
            Bytes = new FileInfo(path).Length,
            Sha256 = HashOf(path),
            Type = type,
            Conversations = _conversations,
            EqualTokenIds = _equalIds,
            EqualAnswers = _equalAnswers,
            AgreementRate = divergence.AgreementRate,
            MeanKL = divergence.MeanKL,
            LargestLogProbDifference = divergence.LargestDifference,
            LargestTensorError = tensors.Largest,
            Findings = _findings,
        };
    }

    private static IEnumerable<TemplateMessage[]> Conversations(string prompt) =>
        [[new("user", prompt)], [new("user", "Hi."), new("assistant", "Hello."), new("user", prompt)]];

    private void Compare(LanguageModel read, TemplateMessage[] conversation, LogitDivergence divergence)
    {
        _conversations++;
        var ids = IdsOf(model, conversation);
        if (ids.SequenceEqual(IdsOf(read, conversation)))
            _equalIds++;
        var positions = Math.Min(model.Config.MaxPositions, read.Config.MaxPositions);
        if (ids.Length + 1 >= positions || ids.Length == 0)
            return;
        var generation = new GenerationOptions { MaxNewTokens = Math.Min(options.MaxNewTokens, positions - ids.Length) };
        var answer = Generator.Complete(model, [ids], generation)[0].Ids;
        if (answer.SequenceEqual(Generator.Complete(read, [ids], generation)[0].Ids))
            _equalAnswers++;
        divergence.Add(model, read, [.. ids, .. answer]);
    }

    // As a reader takes it: the template where there is one, which writes what the tokenizer would add.
    private static int[] IdsOf(LanguageModel model, TemplateMessage[] conversation)
    {
        var text = model.ChatTemplate?.Render(conversation, addGenerationPrompt: true)
            ?? string.Join('\n', conversation.Select(message => message.Content));
        return model.ChatTemplate is null ? model.Tokenizer.EncodeWithSpecialTokens(text) : model.Tokenizer.EncodeMarkup(text);
    }

    private void AddTotals(LogitDivergence divergence)
    {
        if (_equalIds < _conversations)
            _findings.Add($"{_conversations - _equalIds} of {_conversations} conversations have other token ids");
        var allowed = GgufLimits.MeanKL(type);
        if (divergence.MeanKL > allowed)
            _findings.Add($"the next token diverges by {divergence.MeanKL:G3} nats a token; {type} is expected to stay below {allowed:G2}");
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
