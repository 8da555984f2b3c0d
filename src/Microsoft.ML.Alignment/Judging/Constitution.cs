using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>
/// The principles by which an AI gives feedback in place of a person (Bai et al., 2022, arXiv:2212.08073). Data, not code: write your own
/// as JSON, or begin with <see cref="HelpfulAndHarmless"/> or <see cref="IrregularVerbs"/>.
/// </summary>
public sealed record Constitution
{
    private const string ResourceFolder = "Microsoft.ML.Alignment.Judging.Constitutions";

    /// <summary>Makes a constitution.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="principles">At least one, each with an id of its own.</param>
    /// <exception cref="ArgumentException">A name or text is empty, there is no principle, or two have one id.</exception>
    public Constitution(string name, string version, IReadOnlyList<Principle> principles)
    {
        ArgumentNullException.ThrowIfNull(principles);
        (Name, Version, Principles) = (Require.NotEmpty(name, nameof(Name)), Require.NotEmpty(version, nameof(Version)), [.. principles]);
        if (Principles.Count == 0)
            throw new ArgumentException($"The constitution '{name}' has no principle; give it one or more.", nameof(principles));
        foreach (var principle in Principles)
            RequireTexts(principle);
        if (Principles.GroupBy(principle => principle.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The constitution '{name}' has the id '{twice.Key}' twice; each principle needs one of its own.",
                nameof(principles));
        Hash = HashOf(this);
    }

    /// <summary>Gets a small constitution for assistants: helpful, honest, harmless.</summary>
    public static Constitution HelpfulAndHarmless => Shipped("helpful-and-harmless");

    /// <summary>Gets a small constitution for the past tense of English verbs.</summary>
    public static Constitution IrregularVerbs => Shipped("irregular-verbs");

    /// <summary>Gets its name.</summary>
    public string Name { get; }

    /// <summary>Gets its version.</summary>
    public string Version { get; }

    /// <summary>Gets its principles; at least one.</summary>
    public IReadOnlyList<Principle> Principles { get; }

    /// <summary>Gets the SHA-256 of all that it says, in hexadecimal digits; it stands beside every label.</summary>
    [JsonIgnore]
    public string Hash { get; }

    /// <summary>Reads a constitution from JSON: <c>name</c>, <c>version</c>, <c>principles</c> with <c>id</c>, <c>comparison</c>,
    /// <c>critique</c>, <c>revision</c>, and if wanted <c>weight</c> and <c>tags</c>.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="FormatException">It is no JSON of this form; the message says what is wrong.</exception>
    public static Constitution Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize<Constitution>(json, OptionsJson.Settings) ?? throw new JsonException("it is null.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException(
                $"The constitution cannot be read: {e.Message} It needs name, version and principles, each with id, comparison, critique and " +
                "revision.", e);
        }
    }

    /// <summary>Reads a constitution from a file.</summary>
    /// <param name="path">A JSON file, UTF-8.</param>
    /// <exception cref="FormatException">It is no JSON of the form that <see cref="Parse"/> reads; the message has the path.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Constitution Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (FormatException e)
        {
            throw new FormatException($"'{path}': {e.Message}", e);
        }
    }

    /// <summary>Writes it as JSON that <see cref="Parse"/> reads.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OptionsJson.Settings);

    /// <summary>The constitution with the principles that have a tag.</summary>
    /// <param name="tag">The tag, case ignored.</param>
    /// <exception cref="ArgumentException">No principle has it.</exception>
    public Constitution WithTag(string tag) =>
        new($"{Name} ({tag})", Version, [.. Principles.Where(principle => principle.Tags.Contains(tag, StringComparer.OrdinalIgnoreCase))]);

    /// <summary>Whether both say the same.</summary>
    /// <param name="other">The other one.</param>
    public bool Equals(Constitution? other) => other is not null && other.Hash == Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    /// <summary>Some different principles, drawn by weight: a function of the key.</summary>
    internal IReadOnlyList<Principle> Draw(string key, int count) => PrincipleDraw.Of(Principles, key, count);

    private static Constitution Shipped(string name)
    {
        using var stream = typeof(Constitution).Assembly.GetManifestResourceStream($"{ResourceFolder}.{name}.json")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd());
    }

    private static void RequireTexts(Principle principle)
    {
        if (principle is null)
            throw new ArgumentException("A principle is null; give each one's id, comparison, critique and revision.", nameof(principle));
        Require.NotEmpty(principle.Id, nameof(Principle.Id));
        Require.NotEmpty(principle.Comparison, $"{nameof(Principle.Comparison)} of '{principle.Id}'");
        Require.NotEmpty(principle.Critique, $"{nameof(Principle.Critique)} of '{principle.Id}'");
        Require.NotEmpty(principle.Revision, $"{nameof(Principle.Revision)} of '{principle.Id}'");
    }

    private static string HashOf(Constitution constitution) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(constitution.ToJson())));
}
