using System.Text.Json;

namespace Samples.Verbs;

/// <summary>A verb of the drill.</summary>
/// <param name="Name">The infinitive: go.</param>
/// <param name="Past">The right form: went.</param>
/// <param name="Wrong">The tempting form: goed; for a regular verb a false irregular one.</param>
/// <param name="Doubled">The past form with a second ending: wented.</param>
/// <param name="IsRegular">Whether the right form ends in -ed.</param>
/// <param name="Split">train, dev or test: verbs are trained on, settings are chosen on, results are reported on.</param>
internal sealed record Verb(string Name, string Past, string Wrong, string Doubled, bool IsRegular, string Split)
{
    /// <summary>Reads the verbs that the program carries.</summary>
    public static IReadOnlyList<Verb> LoadAll()
    {
        using var stream = typeof(Verb).Assembly.GetManifestResourceStream("verbs.jsonl")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static Verb Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
        return new(Text("verb"), Text("past"), Text("wrong"), Text("doubled"), Text("kind") == "regular", Text("split"));
    }
}
