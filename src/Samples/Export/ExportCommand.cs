using Microsoft.ML.Alignment;
using Samples.Terminal;

namespace Samples.Export;

/// <summary>Writes the policy of a saved pipeline as a GGUF file and says how it is run elsewhere.</summary>
/// <param name="Source">The zip, folder or GGUF file.</param>
internal sealed record ExportCommand(string Source)
{
    public string Gguf { get; init; } = "out/aligned.gguf";

    public GgufType Type { get; init; } = GgufType.F16;

    /// <exception cref="UsageException">The command line makes no sense.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        if (args is not [var source, .. var rest] || source.StartsWith('-'))
            throw new UsageException("export: which model? Give the zip that a run saved, a Hugging Face folder or a GGUF file.");
        var command = OptionValues.Fold(rest, new ExportCommand(source), With);
        stop.ThrowIfCancellationRequested();
        using var model = SavedModel.Open(command.Source);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(command.Gguf))!);
        var certificate = model.SaveGguf(command.Gguf, command.Type);
        Print(command, certificate);
        return certificate.IsGood ? 0 : 1;
    }

    private static ExportCommand With(ExportCommand command, string option, string? value) => option switch
    {
        "--gguf" => command with { Gguf = OptionValues.Text(option, value) },
        "--type" => command with
        {
            Type = Enum.TryParse<GgufType>(OptionValues.Text(option, value), ignoreCase: true, out var type) && Enum.IsDefined(type)
                ? type
                : throw new UsageException($"--type: '{value}' is none of {string.Join(", ", Enum.GetNames<GgufType>())}."),
        },
        _ => throw OptionValues.Unknown(option),
    };

    private static void Print(ExportCommand command, GgufCertificate certificate)
    {
        var name = Path.GetFileNameWithoutExtension(command.Gguf);
        Console.WriteLine($"""
            {command.Gguf}: {certificate.Type}, {certificate.Bytes / 1e6:F1} MB, sha256 {certificate.Sha256}

            Read back and compared with the model, on {certificate.Conversations} conversations:
              token ids            {certificate.EqualTokenIds} of {certificate.Conversations} equal
              greedy answers       {certificate.EqualAnswers} of {certificate.Conversations} equal
              next token           {certificate.AgreementRate:P1} agree, KL {certificate.MeanKL:G3} nats a token
              log-probabilities    off by at most {certificate.LargestLogProbDifference:G3}
              weights              off by at most {certificate.LargestTensorError:P3} of a tensor's size
              {(certificate.IsGood ? "All is as it should be." : "NOT as it should be: " + string.Join("; ", certificate.Findings))}

            Run it:
              ollama create {name} -f {Path.ChangeExtension(command.Gguf, ".Modelfile")} && ollama run {name}
              llama-cli -m {command.Gguf} --jinja --temp 0
            """);
    }
}
