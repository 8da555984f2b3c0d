namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Says which column is missing, which ones there are, and what they are good for.</summary>
internal static class MissingColumn
{
    private static readonly (string[] Columns, string Methods)[] Uses =
    [
        ([ColumnNames.Prompt, ColumnNames.Chosen, ColumnNames.Rejected], "Dpo, Ipo, SimPo, Cpo, Orpo and RewardModel train on such pairs"),
        ([ColumnNames.Prompt, ColumnNames.Completion, ColumnNames.Label], "Kto and Bco train on such labelled completions"),
        ([ColumnNames.Prompt, ColumnNames.Completion], "Sft trains on such completions"),
    ];

    /// <param name="shape">The columns that are there.</param>
    /// <param name="role">What the column is for.</param>
    /// <param name="name">Its name.</param>
    public static ArgumentOutOfRangeException Of(SchemaShape shape, string role, string name)
    {
        var names = shape.Select(column => column.Name).Distinct().ToArray();
        var use = Uses.FirstOrDefault(use => use.Columns.All(names.Contains)).Methods;
        return new(
            nameof(name), name,
            $"Could not find {role} column '{name}'; the data has "
            + $"{(names.Length == 0 ? "no column" : string.Join(", ", names.Select(n => $"'{n}'")))}. {(use is null ? "" : $"{use}. ")}Rename "
            + "a column, or name it in the options.");
    }
}
