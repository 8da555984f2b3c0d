using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>What one pass over a file found.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Properties">Properties that hold something in some row, in order of appearance.</param>
internal sealed record JsonScan(string Path, long Rows, IReadOnlyList<JsonProperty> Properties)
{
    /// <summary>Reads a file once, row by row.</summary>
    /// <exception cref="InvalidDataException">
    /// A line is no JSON object, two properties have one role, or a property that the options name is missing.
    /// </exception>
    public static JsonScan Of(string path, JsonLinesOptions options)
    {
        var roles = new JsonRoles(options);
        var properties = new Dictionary<string, JsonProperty>(StringComparer.Ordinal);
        var rows = 0L;
        foreach (var line in JsonLinesFile.Lines(path, options.MaxLineLength))
        {
            using var document = line.Parse();
            foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
            {
                if (!properties.TryGetValue(member.Name, out var property))
                    properties.Add(member.Name, property = new(member.Name, roles.Of(member.Name)));
                property.Note(line, rows, member.Value);
            }

            rows++;
        }

        var scan = new JsonScan(path, rows, [.. properties.Values]);
        scan.Check(roles);
        ForeignForms.Refuse(scan);
        return scan;
    }

    /// <summary>The property that has a role; null if none has it.</summary>
    public JsonProperty? Find(JsonRole role) => Properties.FirstOrDefault(p => p.Role == role);

    private void Check(JsonRoles roles)
    {
        if (Rows == 0)
            throw new InvalidDataException($"{Path} holds no row; a JSON object on each line is needed.");
        foreach (var name in roles.Named.Where(name => Properties.All(p => p.Name != name)))
            throw new InvalidDataException(
                $"{Path} has no property '{name}', which the options name; it has {string.Join(", ", Properties.Select(p => p.Name))}.");
        foreach (var twice in Properties.Where(p => p.Role is not null).GroupBy(p => p.Role).Where(group => group.Count() > 1))
            throw new InvalidDataException(
                $"{Path} has {string.Join(" and ", twice.Select(p => $"'{p.Name}'"))} for column {twice.Key}; name one in " +
                $"{nameof(JsonLinesOptions)}.");
    }
}
