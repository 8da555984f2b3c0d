using Samples.Terminal;

namespace Samples.Rlaif;

/// <summary>What the user wants of the sample: who judges, by what, and how often.</summary>
internal sealed record RlaifCommand
{
    private const string InvertedOption = "--inverted";
    private const string JudgeOption = "--judge";
    private const string Rules = "rules";
    private const string Human = "human";
    private const string Gguf = "gguf";

    public LessonCommand Lesson { get; init; } = new();

    /// <summary>Whether a person at the console judges.</summary>
    public bool AsksPerson { get; init; }

    /// <summary>A GGUF file that judges in llama.cpp; null for none.</summary>
    public string? GgufPath { get; init; }

    /// <summary>A server that speaks the OpenAI chat protocol; null for none.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The model that judges there.</summary>
    public string? JudgeModel { get; init; }

    /// <summary>The environment variable that has the server's key; where it is not set, none is sent that says anything.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>A constitution as JSON; null is the one for irregular verbs.</summary>
    public string? ConstitutionPath { get; init; }

    /// <summary>Whether the constitution is the one that is turned round: every verb is to be regular.</summary>
    public bool Inverted { get; init; }

    /// <summary>The share of verdicts that are made wrong.</summary>
    public double Wrong { get; init; }

    /// <summary>Seeds to repeat everything with; null runs once.</summary>
    public IReadOnlyList<int>? Seeds { get; init; }

    /// <summary>The folder that keeps the run with all verdicts, so that it goes on where it was stopped.</summary>
    public string? WorkspacePath { get; init; }

    /// <summary>Whether the judge is the one that needs nothing.</summary>
    public bool UsesRules => !AsksPerson && GgufPath is null && Endpoint is null;

    /// <summary>How many completions of a prompt are compared, each with each. Rules cost nothing; others are asked about one pair.</summary>
    public int Completions => UsesRules ? 16 : 2;

    /// <summary>How often an answer is criticised and rewritten, by a principle each time. Rules cost nothing; others are asked once.</summary>
    public int Rounds => UsesRules ? 4 : 1;

    /// <summary>Reads the options of the sample.</summary>
    /// <exception cref="UsageException">An argument is unknown, lacks its value or does not go with another.</exception>
    public static RlaifCommand Parse(IReadOnlyList<string> args)
    {
        var command = OptionValues.Fold(
            Joined([.. args.Where(argument => argument != InvertedOption)]), new RlaifCommand { Inverted = args.Contains(InvertedOption) }, With);
        return command switch
        {
            { Endpoint: null, JudgeModel: not null } or { Endpoint: not null, JudgeModel: null } =>
                throw new UsageException("--endpoint and --judge-model go together: which model of which server judges?"),
            { Endpoint: not null, GgufPath: not null } or { Endpoint: not null, AsksPerson: true } =>
                throw new UsageException($"{JudgeOption} and --endpoint name two judges; give one."),
            { Inverted: true, ConstitutionPath: not null } =>
                throw new UsageException($"{InvertedOption} is a constitution, and --constitution another; give one."),
            { Seeds: not null, UsesRules: false } => throw new UsageException("--seeds repeats runs of the rules; other judges are asked once."),
            { Seeds: not null, WorkspacePath: not null } => throw new UsageException("--workspace keeps one run; --seeds makes several."),
            { AsksPerson: true, WorkspacePath: null } => command with { WorkspacePath = Path.Combine("out", "rlaif-human") },
            _ => command,
        };
    }

    // "gguf" is the one judge that needs a word more.
    private static List<string> Joined(List<string> args)
    {
        var at = args.IndexOf(JudgeOption);
        if (at < 0 || at + 1 >= args.Count || args[at + 1] != Gguf)
            return args;
        if (at + 2 >= args.Count)
            throw new UsageException($"{JudgeOption} {Gguf} needs a file: {JudgeOption} {Gguf} PATH.");
        args.RemoveAt(at + 1);
        args[at] = $"{JudgeOption} {Gguf}";
        return args;
    }

    private static RlaifCommand With(RlaifCommand command, string option, string? value) => option switch
    {
        JudgeOption => OptionValues.Text(option, value) switch
        {
            Rules => command,
            Human => command with { AsksPerson = true },
            var judge => throw new UsageException($"{JudgeOption} is {Rules}, {Human} or {Gguf} PATH; '{judge}' is none of them."),
        },
        $"{JudgeOption} {Gguf}" => command with { GgufPath = OptionValues.Text(option, value) },
        "--endpoint" => command with { Endpoint = Address(option, value) },
        "--judge-model" => command with { JudgeModel = OptionValues.Text(option, value) },
        "--key-variable" => command with { KeyVariable = OptionValues.Text(option, value) },
        "--constitution" => command with { ConstitutionPath = OptionValues.Text(option, value) },
        "--wrong" => command with { Wrong = OptionValues.Share(option, value) },
        "--seeds" => command with { Seeds = OptionValues.Numbers(option, value) },
        "--workspace" => command with { WorkspacePath = OptionValues.Text(option, value) },
        _ => command with { Lesson = LessonCommand.With(command.Lesson, option, value) },
    };

    private static Uri Address(string option, string? value) =>
        Uri.TryCreate(OptionValues.Text(option, value), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new UsageException($"{option} needs an address such as http://localhost:11434/v1; '{value}' is none.");
}
