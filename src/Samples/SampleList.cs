using Samples.Compare;
using Samples.Export;
using Samples.Methods;
using Samples.Serving;
using Samples.Story;
using Samples.Terminal;

namespace Samples;

/// <summary>The table of contents. A new sample is a file and a line here.</summary>
internal static class SampleList
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        Sample.Of("sft", "supervised fine-tuning: right answers are imitated", Sft.Run),
        Sample.Of("reward-model", "a reward model: answers get a score", RewardModel.Run),
        Sample.Of("dpo", "DPO: of two answers the better one is preferred", Dpo.Run),
        Sample.Of("ipo", "IPO: the same, up to a margin and no further", Ipo.Run),
        Sample.Of("simpo", "SimPO: no reference; rewards per token", SimPo.Run),
        Sample.Of("cpo", "CPO: no reference; the better answer is imitated too", Cpo.Run),
        Sample.Of("orpo", "ORPO: one stage in place of SFT and DPO", Orpo.Run),
        Sample.Of("kto", "KTO: answers that were judged one by one", Kto.Run),
        Sample.Of("bco", "BCO: the same, where the judgements are reliable", Bco.Run),
        Sample.Of("rlhf", "PPO from a reward model, against imitation of the same labels", Rlhf.Rlhf.Run),
        Sample.Of("reward-hacking", "a flawed reward without and with a cost of the divergence", Rlhf.RewardHacking.Run),
        Sample.Of("beta-sweep", "what the price of a nat does: PPO and DPO at five of them", Rlhf.BetaSweep.Run),
        new("rlaif", "AI feedback: a judge labels what the model writes, DPO learns from it", Rlaif.RlaifStory.Run),
        new("constitution", "Constitutional AI: critique, revise, SFT; then a judge by principles, DPO", Constitutional.ConstitutionStory.Run),
        Sample.Of("pairs", "what pairs teach: DPO on three designs of them", Rlhf.PairDesigns.Run),
        new("optimum", "why DPO and PPO seek one policy: four methods on a problem whose best policy is known", Rlhf.Optimum.Run),
        Sample.Of("classifier", "a text classifier of ML.NET as the reward: what a policy learns of one", Rlhf.ClassifierReward.Run),
        new("compare", "every method from one SFT model: a table and a chart", CompareStory.Run),
        new("ask", "answers from a saved pipeline: ask ZIP [\"question\" ...]", Ask.Run),
        new("serve", "many requests at once to a saved pipeline: serve ZIP", Serve.Run),
        new("export", "a GGUF file of a saved pipeline: export ZIP --gguf FILE --type Q4_K_M", ExportCommand.Run),
        new("chat", "a conversation: chat ZIP (with this library) or chat FILE.gguf (llama.cpp)", ChatCommand.Run),
        new("inspect", "what a GGUF file, folder, adapter or zip is: inspect FILE", InspectCommand.Run),
    ];

    private static string Usage => $$$"""
        usage: Samples [options]        SFT, reward model and DPO in one pipeline, on a tiny model that is made for it
               Samples NAME [options]   one sample:

        {{{string.Join("\n", All.Select(sample => $"  {sample.Name,-14} {sample.Summary}"))}}}

        --model PATH     a Hugging Face folder or a GGUF file in place of the tiny model (all but ask, serve, export, chat, inspect)
        --seed N         seed of everything random; default 1 (all but ask, serve, export, chat, inspect)
        --verbs WHICH    test (default), or heldout: training verbs kept out, for choosing settings (all but the pipeline, ask, serve)
        --steps N        at most N optimizer steps a stage, to see a sample of one method or question run through; it will not learn much
        --chart FILE     where a picture is drawn, of samples that draw one; default in the folder out

        of the pipeline
        --data FILE      your own pairs in place of the verbs (JSON Lines: prompt, chosen, rejected); needs --model
        --options FILE   JSON that overrides options of its stages, e.g. {"dpo": {"beta": 0.3}}
        --out FILE       where it is saved; default out/aligned.zip
        --report FILE    writes the results as JSON
        --workspace DIR  keeps the run: report.html, metrics, answers, checkpoints
        --resume         goes on with the run in the workspace

        of compare
        --methods A,B    only these of {{{Wrapped([MethodOverrides.SftKey, .. ComparedMethods.All.Select(method => method.Key)])}}}
        --seeds 1,2,3    repeats everything with each
        --options FILE   JSON that overrides options by method, e.g. {"orpo": {"oddsRatioWeight": 0.3}}
        --report FILE    writes all results as JSON

        of rlaif, and of constitution, where no person and no wrong verdicts can be asked for
        --judge WHO      rules (default, offline), human (a person at the console), or gguf PATH (llama.cpp)
        --endpoint URL   a server that speaks the OpenAI chat protocol judges, with --judge-model NAME; its key is in the environment
                         variable OPENAI_API_KEY, or in that of --key-variable NAME
        --constitution F principles as JSON in place of the shipped ones; --inverted: every verb is to be regular
        --wrong SHARE    makes that share of verdicts wrong, e.g. 0.2
        --seeds 1,2,3    repeats everything with each: the judge, 20 % of verdicts wrong, and turned round; prints intervals
        --workspace DIR  keeps the run and all verdicts, and goes on there; with a person, out/rlaif-human unless told

        of export
        --gguf FILE      where it is written; default out/aligned.gguf
        --type TYPE      F32, F16 (default), BF16, Q8_0, Q6_K, Q5_K, Q5_K_M, Q4_K, Q4_K_M, Q4_0, Q4_1, or AsStored

        exit code: 0 when all went well and the pipeline improved the model clearly, 1 if not, 2 for a wrong command line
        """;

    /// <summary>Runs what the command line says.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        if (args.Contains("--help") || args.Contains("-h"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        return args is [var name, .. var rest] && !name.StartsWith('-') ? Find(name).Run(rest, stop) : PipelineStory.Run(args, stop);
    }

    private static Sample Find(string name) => All.FirstOrDefault(sample => sample.Name == name)
        ?? throw new UsageException($"There is no sample '{name}'; there are {string.Join(", ", All.Select(sample => sample.Name))}.");

    private static string Wrapped(IEnumerable<string> names) =>
        string.Join(",\n                 ", names.Chunk(6).Select(line => string.Join(", ", line)));
}
