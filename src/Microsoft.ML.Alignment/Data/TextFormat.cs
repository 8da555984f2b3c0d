using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Whether a text column holds conversations: a fact that travels with the column as an annotation.</summary>
internal static class TextFormat
{
    /// <summary>The annotation's kind; its value is text.</summary>
    public const string AnnotationKind = "Alignment.TextFormat";

    /// <summary>The value for conversations as JSON: <c>[{"role": …, "content": …}]</c>.</summary>
    public const string Messages = "messages";

    /// <summary>Annotations of a column of conversations.</summary>
    public static DataViewSchema.Annotations OfMessages()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(AnnotationKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = Messages.AsMemory());
        return builder.ToAnnotations();
    }

    /// <summary>Whether a column is marked as conversations.</summary>
    /// <exception cref="NotSupportedException">The column is marked as something else.</exception>
    public static bool IsMessages(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(AnnotationKind)?.Type is not TextDataViewType)
            return false;
        ReadOnlyMemory<char> value = default;
        column.Annotations.GetValue(AnnotationKind, ref value);
        return value.Span.SequenceEqual(Messages)
            ? true
            : throw new NotSupportedException(
                $"Column '{column.Name}' has annotation {AnnotationKind} '{value}'; '{Messages}' is the only one known.");
    }

    /// <summary>Whether an option or the column says how prompts are read.</summary>
    public static bool IsKnown(PromptFormat wanted, DataViewSchema schema, string promptColumn) =>
        wanted != PromptFormat.FromColumn || (schema.GetColumnOrNull(promptColumn) is { } column && IsMessages(column));

    /// <summary>How the prompts of a column are read: as the option says, else as the column says, else as the model is used to.</summary>
    public static PromptFormat Resolve(PromptFormat wanted, DataViewSchema schema, string promptColumn, bool hasTemplate)
    {
        if (wanted != PromptFormat.FromColumn)
            return wanted;
        if (schema.GetColumnOrNull(promptColumn) is { } column && IsMessages(column))
            return PromptFormat.Messages;
        return hasTemplate ? PromptFormat.UserTurn : PromptFormat.Text;
    }
}
