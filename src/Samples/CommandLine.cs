using Samples.Compare;

namespace Samples;

/// <summary>Reads the command line.</summary>
internal static class CommandLine
{
    private const string Usage = """
        Teaches a language model the past tense of irregular verbs: SFT, reward model and DPO in one ML.NET pipeline.

        usage: Samples [options]                  offline: a tiny model is made and aligned in under three minutes
               Samples --model PATH [options]     the same with a real model: a Hugging Face folder or a GGUF file
               Samples compare [options]          trains every method from the same SFT model; one table, one chart
               Samples ask ZIP ["question" ...]   answers from a saved pipeline, one line an answer; without questions,
                                                  those on standard input, one a line
        options:
          --data FILE     your own pairs (JSON Lines with prompt, chosen, rejected) instead of the verbs; needs --model
          --options FILE  JSON that overrides options of the stages, e.g. {"dpo": {"beta": 0.3}} (members sft, rewardModel, dpo)
          --out FILE      where the aligned pipeline is saved (default: out/aligned.zip)
          --report FILE   writes the results as JSON too
          --workspace DIR keeps the run there: checkpoints, and stages that are finished
          --resume        goes on with the run in the workspace
          --seed N        seed of everything random (default: 1)
          --help          this text

        options of compare: --model, --report, --seed as above, and
          --chart FILE    where the chart is drawn, a PNG (default: out/compare.png)
          --seeds 1,2,3   repeats everything; the table has the median of each cell
          --methods A,B   only these

        exit code: 0 if the model improved clearly (compare: if all went well), 1 if not or if something failed,
        2 for a wrong command line
        """;

    /// <exception cref="UsageException">An argument is unknown or lacks its value.</exception>
    public static Command Parse(string[] args)
    {
        if (args.Contains("--help") || args.Contains("-h"))
            return new HelpCommand();
        return args switch
        {
            ["ask", var zip, .. var questions] => new AskCommand(zip, questions),
            ["ask"] => throw new UsageException("ask: which file? Give the zip that a run saved."),
            ["compare", .. var options] => CompareArguments.Parse(options),
            _ => ParseRun(args),
        };
    }

    public static int PrintUsage(TextWriter to)
    {
        to.WriteLine(Usage);
        to.WriteLine();
        to.WriteLine($"methods: {string.Join(", ", ComparedMethods.All.Select(method => method.Key))}");
        return 0;
    }

    private static RunCommand ParseRun(string[] args)
    {
        const string Resume = "--resume";
        var start = new RunCommand { Resume = args.Contains(Resume) };
        var command = OptionValues.Fold([.. args.Where(argument => argument != Resume)], start, With);
        return command switch
        {
            { DataPath: not null, ModelPath: null } =>
                throw new UsageException("--data needs --model: the tiny model of the offline run knows nothing but verbs."),
            { Resume: true, WorkspacePath: null } => throw new UsageException("--resume needs --workspace: which run is to go on?"),
            _ => command,
        };
    }

    private static RunCommand With(RunCommand command, string option, string? value) => option switch
    {
        "--model" => command with { ModelPath = OptionValues.Text(option, value) },
        "--data" => command with { DataPath = OptionValues.Text(option, value) },
        "--options" => command with { OptionsPath = OptionValues.Text(option, value) },
        "--out" => command with { OutPath = OptionValues.Text(option, value) },
        "--report" => command with { ReportPath = OptionValues.Text(option, value) },
        "--workspace" => command with { WorkspacePath = OptionValues.Text(option, value) },
        "--seed" => command with { Seed = OptionValues.Number(option, value) },
        _ => throw OptionValues.Unknown(option),
    };
}
