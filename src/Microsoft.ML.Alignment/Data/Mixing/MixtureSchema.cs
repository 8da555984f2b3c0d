using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>The columns that all sets of a mixture have.</summary>
internal static class MixtureSchema
{
    /// <summary>
    /// Columns of the first set that every other has too. Keys are left out: their numbers mean something else in each set.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A column has two types, or is text in one set and conversations in another, or none is in common.
    /// </exception>
    public static DataViewSchema Of(IReadOnlyList<WeightedSet> sets)
    {
        var builder = new DataViewSchema.Builder();
        var count = 0;
        foreach (var column in sets[0].Rows.Schema.Where(c => !c.IsHidden && c.Type is not KeyDataViewType))
        {
            if (!IsInAll(sets, column))
                continue;
            var messages = column.Type is TextDataViewType && TextFormat.IsMessages(column);
            builder.AddColumn(column.Name, column.Type, messages ? TextFormat.OfMessages() : null);
            count++;
        }

        return count > 0
            ? builder.ToSchema()
            : throw new ArgumentException("The sets have no column in common; rename columns so that they do.", nameof(sets));
    }

    private static bool IsInAll(IReadOnlyList<WeightedSet> sets, DataViewSchema.Column column)
    {
        for (var set = 1; set < sets.Count; set++)
        {
            if (sets[set].Rows.Schema.GetColumnOrNull(column.Name) is not { } other)
                return false;
            if (!other.Type.Equals(column.Type))
                throw new ArgumentException(
                    $"Column '{column.Name}' is {column.Type} in set 1 and {other.Type} in set {set + 1}; convert or drop one of them.",
                    nameof(sets));
            if (column.Type is TextDataViewType && TextFormat.IsMessages(column) != TextFormat.IsMessages(other))
                throw new ArgumentException(
                    $"Column '{column.Name}' holds conversations in one of the sets 1 and {set + 1} and plain text in the other; "
                    + "write both as lists of messages, or neither.", nameof(sets));
        }

        return true;
    }
}
