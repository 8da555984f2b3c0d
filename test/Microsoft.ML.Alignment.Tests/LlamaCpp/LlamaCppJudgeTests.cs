using LLama;
using LLama.Abstractions;
using LLama.Common;
using LLama.Transformers;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Tests.LlamaCpp;

/// <summary>A GGUF file in llama.cpp as a judge, without a network.</summary>
[Collection(LlamaCppRuns.Name)]
public sealed class LlamaCppJudgeTests
{
    private const string Model = "models/SmolLM2-135M-Instruct";
    private static readonly PreferenceQuestion Question = new("What is the past tense of go?", "went", "goed");

    [SharedFact(Model)]
    public async Task AFileJudgesInBothOrdersAndWhatItSaidIsKept()
    {
        var file = Directory.GetFiles(Golden.Shared(Model), "*.gguf").Single();
        var parameters = new ModelParams(file) { ContextSize = 1024, GpuLayerCount = 0, Threads = 2, BatchThreads = 2 };
        using var weights = LLamaWeights.LoadFromFile(parameters);
        using var client = new Counting(new StatelessExecutor(weights, parameters).AsChatClient(new PromptTemplateTransformer(weights, withAssistant: true)));
        using var folder = new TemporaryFolder();
        var judge = new ChatJudge(client, new() { ModelId = "SmolLM2", MaxRetries = 0, MaxOutputTokens = 16 });

        var verdict = await Ask(judge, folder["journal.jsonl"]);

        client.Answers.Should().HaveCount(2).And.OnlyContain(answer => answer.Length > 0, "it is asked in both orders, and says something");
        verdict.Answers.Select(answer => answer.Swapped).Should().Equal(false, true);
        verdict.Answers.Should().OnlyContain(answer => answer.Rationale.Length > 0, "a reason of its own, or why its answer cannot be used");
        (verdict.FirstProbability is null).Should().Be(verdict.AbstentionReason is not null, "it has an opinion or says that it has none");
        (await Ask(judge, folder["journal.jsonl"])).Should().BeEquivalentTo(verdict);
        client.Answers.Should().HaveCount(2, "the journal answers the second time");
    }

    private static async Task<PreferenceVerdict> Ask(ChatJudge judge, string journal)
    {
        using var session = new FeedbackSession(new() { MaxConcurrency = 1, MaxRetries = 0 }, journal);
        return await judge.CompareAsync(Question, session);
    }

    private sealed class Counting(IChatClient inner) : DelegatingChatClient(inner)
    {
        public List<string> Answers { get; } = [];

        public override async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken);
            Answers.Add(response.Text);
            return response;
        }
    }
}
