using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>A column of a <see cref="DerivedView{TRow}"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Text, Boolean or Single.</param>
/// <param name="Annotations">Its annotations; null for none.</param>
/// <param name="Getter">Makes a <see cref="ValueGetter{TValue}"/> of the current row.</param>
internal sealed record DerivedColumn<TRow>(
    string Name, DataViewType Type, DataViewSchema.Annotations? Annotations, Func<Func<TRow>, Delegate> Getter)
{
    /// <summary>A column of text, marked as conversations where its source is.</summary>
    public static DerivedColumn<TRow> Text(string name, bool isMessages, Func<TRow, string> value) => new(
        name, TextDataViewType.Instance, isMessages ? TextFormat.OfMessages() : null,
        row => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> text) => text = value(row()).AsMemory()));

    /// <summary>A Boolean column.</summary>
    public static DerivedColumn<TRow> Flag(string name, Func<TRow, bool> value) => new(
        name, BooleanDataViewType.Instance, null, row => (ValueGetter<bool>)((ref bool flag) => flag = value(row())));

    /// <summary>A column of Single.</summary>
    public static DerivedColumn<TRow> Number(string name, Func<TRow, float> value) => new(
        name, NumberDataViewType.Single, null, row => (ValueGetter<float>)((ref float number) => number = value(row())));
}
