using System.Text.Json;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>A column of the view.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Text, Boolean, Single or Double.</param>
/// <param name="Property">The property it is read from; null where <see cref="RowTexts"/> makes it.</param>
/// <param name="Role">The text role; null for other columns.</param>
internal sealed record JsonColumn(string Name, DataViewType Type, string? Property, JsonRole? Role);

/// <summary>A value of a row; only the field of the column's type is set.</summary>
internal record struct JsonCell(string Text, double Number, bool Flag);

/// <summary>The columns that a scanned file has, and how a row fills them.</summary>
internal sealed class JsonRowShape
{
    private readonly RowTexts _texts;

    /// <exception cref="InvalidDataException">A value is not what its column needs.</exception>
    public JsonRowShape(JsonScan scan, DialogueMarkers? dialogue)
    {
        _texts = RowTexts.Of(scan, dialogue);
        List<JsonColumn> columns = [.. _texts.Roles.Select(role => new JsonColumn(role.ToString(), TextDataViewType.Instance, null, role))];
        foreach (var role in (JsonRole[])[JsonRole.Label, JsonRole.Margin, JsonRole.ChosenProbability])
        {
            if (scan.Find(role) is not { } property)
                continue;
            property.Require(scan.Path, scan.Rows);
            columns.Add(new(role.ToString(), role == JsonRole.Label ? BooleanDataViewType.Instance : NumberDataViewType.Single, property.Name, null));
        }

        AddOthers(scan, columns);
        Columns = columns;
        Schema = ToSchema();
        var read = _texts.Properties.Concat(columns.Select(column => column.Property)).ToHashSet();
        LeftOut = [.. scan.Properties.Where(property => !read.Contains(property.Name)).Select(property => property.ToString())];
    }

    public IReadOnlyList<JsonColumn> Columns { get; }

    public DataViewSchema Schema { get; }

    /// <summary>Gets the properties that are in no column, each with what it holds.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>Whether the prompt is what chosen and rejected share.</summary>
    public bool HasImplicitPrompt => _texts.HasImplicitPrompt;

    /// <summary>Reads a row into one cell a column.</summary>
    /// <exception cref="InvalidDataException">A value is not what its column needs.</exception>
    public void Read(JsonLine line, JsonCell[] cells)
    {
        using var document = line.Parse();
        var row = document.RootElement;
        var found = _texts.Read(line, row);
        for (var c = 0; c < cells.Length; c++)
        {
            var column = Columns[c];
            cells[c] = column.Role is { } role
                ? new(found[role], 0, false)
                : Cell(line, column, row.TryGetProperty(column.Property!, out var value) ? value : default);
        }
    }

    private static JsonCell Cell(JsonLine line, JsonColumn column, JsonElement value) => column.Type switch
    {
        TextDataViewType => new(JsonValues.Text(line, column.Property!, value), 0, false),
        BooleanDataViewType => new("", 0, JsonValues.Flag(line, column.Property!, value)),
        _ => new("", JsonValues.Number(line, column.Property!, value), false),
    };

    /// <summary>Further scalars: numbers as Double, all else as text, since a missing flag is neither true nor false.</summary>
    private static void AddOthers(JsonScan scan, List<JsonColumn> columns)
    {
        var names = columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var others = scan.Properties.Where(p => p.Role is null && p.IsScalar && !string.IsNullOrWhiteSpace(p.Name));
        foreach (var property in others.OrderBy(p => JsonRoles.PascalCase(p.Name) == p.Name ? 0 : 1))
        {
            var pascal = JsonRoles.PascalCase(property.Name);
            var name = names.Contains(pascal) ? property.Name : pascal;
            if (!names.Add(name))
                continue;
            DataViewType type = property.Is(JsonKind.Number) ? NumberDataViewType.Double
                : property.Is(JsonKind.Flag) && property.IsComplete(scan.Rows) ? BooleanDataViewType.Instance : TextDataViewType.Instance;
            columns.Add(new(name, type, property.Name, null));
        }
    }

    private DataViewSchema ToSchema()
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in Columns)
            builder.AddColumn(column.Name, column.Type, column.Role is not null && _texts.AreConversations ? TextFormat.OfMessages() : null);
        return builder.ToSchema();
    }
}
