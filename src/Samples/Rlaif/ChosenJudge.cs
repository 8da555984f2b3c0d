using System.ClientModel;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment;
using OpenAI;
using Samples.Export;
using Samples.Terminal;

namespace Samples.Rlaif;

/// <summary>The judge that the user has chosen.</summary>
internal sealed class ChosenJudge : IDisposable
{
    private const int MostTokens = 256;

    private readonly IChatClient? _client;

    private ChosenJudge(IPreferenceJudge judge, Constitution constitution, IChatClient? client) => (Judge, Constitution, _client) = (judge, constitution, client);

    public IPreferenceJudge Judge { get; }

    /// <summary>What it judges by.</summary>
    public Constitution Constitution { get; }

    /// <summary>The model behind it, which can criticise and rewrite too.</summary>
    /// <exception cref="InvalidOperationException">A person judges.</exception>
    public IChatClient Client => _client ?? throw new InvalidOperationException("A person judges; there is no client.");

    /// <summary>Opens the judge; the caller disposes it.</summary>
    /// <exception cref="UsageException">A file is not there, or the constitution cannot be read.</exception>
    public static ChosenJudge Open(RlaifCommand command, int seed)
    {
        var constitution = Read(command);
        var client = Connect(command);
        IPreferenceJudge judge = client is null ? new HumanJudge(Environment.UserName) : By(client, constitution, command);
        return new(command.Wrong > 0 ? new MistakenJudge(judge, command.Wrong, seed) : judge, constitution, client);
    }

    public void Dispose() => _client?.Dispose();

    private static IChatClient? Connect(RlaifCommand command) => command switch
    {
        { AsksPerson: true } => null,
        { GgufPath: { } path } => File.Exists(path) ? new LlamaCppClient(path, MostTokens) : throw new UsageException($"There is no file '{path}'."),
        { Endpoint: { } endpoint } =>
            new OpenAIClient(new ApiKeyCredential(Key(command)), new() { Endpoint = endpoint }).GetChatClient(command.JudgeModel).AsIChatClient(),
        _ => new RulesClient(),
    };

    // Servers on one's own machine ask for none.
    private static string Key(RlaifCommand command) => Environment.GetEnvironmentVariable(command.KeyVariable) is { Length: > 0 } key ? key : "none";

    // Rules cost nothing, so that they answer by every principle. A model is asked by one of them, drawn by weight.
    private static ChatJudge By(IChatClient client, Constitution constitution, RlaifCommand command) => new(client, new()
    {
        Constitution = constitution,
        PrinciplesPerQuestion = command.UsesRules ? constitution.Principles.Count : 1,
        MaxOutputTokens = MostTokens,
    });

    private static Constitution Read(RlaifCommand command)
    {
        if (command.Inverted)
        {
            using var stream = typeof(ChosenJudge).Assembly.GetManifestResourceStream("turned-round.json")!;
            using var reader = new StreamReader(stream);
            return Constitution.Parse(reader.ReadToEnd());
        }

        try
        {
            return command.ConstitutionPath is { } path ? Constitution.Load(path) : Constitution.IrregularVerbs;
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            throw new UsageException(e.Message);
        }
    }
}
