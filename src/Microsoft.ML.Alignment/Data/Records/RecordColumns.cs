using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Data.Conversions;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Records;

/// <summary>Finds the columns of a row type.</summary>
internal static class RecordColumns<TRow>
{
    private static readonly HashSet<string> TextRoles = [ColumnNames.Prompt, ColumnNames.Chosen, ColumnNames.Rejected, ColumnNames.Completion];

    private static readonly Dictionary<Type, DataViewType> Types = new()
    {
        [typeof(bool)] = BooleanDataViewType.Instance,
        [typeof(float)] = NumberDataViewType.Single,
        [typeof(double)] = NumberDataViewType.Double,
        [typeof(int)] = NumberDataViewType.Int32,
        [typeof(long)] = NumberDataViewType.Int64,
        [typeof(uint)] = NumberDataViewType.UInt32,
        [typeof(ulong)] = NumberDataViewType.UInt64,
        [typeof(short)] = NumberDataViewType.Int16,
        [typeof(byte)] = NumberDataViewType.Byte,
    };

    /// <summary>One column a public property, but those with <see cref="NoColumnAttribute"/>.</summary>
    /// <exception cref="ArgumentException">A property has a type that no column can have, or there is none.</exception>
    public static IReadOnlyList<DerivedColumn<TRow>> Find()
    {
        PropertyInfo[] properties = [.. typeof(TRow).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(IsColumn)];
        if (properties.Length == 0)
            throw new ArgumentException($"{typeof(TRow).Name} has no public property; give each column one.");
        var hasMessages = properties.Any(p => TextRoles.Contains(NameOf(p)) && IsMessages(p));
        return [.. properties.Select(p => Column(p, hasMessages))];
    }

    private static DerivedColumn<TRow> Column(PropertyInfo property, bool hasMessages)
    {
        var name = NameOf(property);
        if (IsMessages(property))
            return Text(name, true, Read<IEnumerable<ChatMessage>?>(property), messages => ChatMessages.ToJson(messages, name));
        if (property.PropertyType == typeof(string))
        {
            // As in a file of conversations: plain text beside lists of messages is one message.
            var isMessage = hasMessages && TextRoles.Contains(name);
            return Text(name, isMessage, Read<string?>(property), text =>
                isMessage && !string.IsNullOrEmpty(text) ? JsonConversation.OfText(text, fromUser: name == ColumnNames.Prompt) : text ?? "");
        }

        if (!Types.TryGetValue(property.PropertyType, out var type))
            throw new ArgumentException(
                $"Property '{typeof(TRow).Name}.{property.Name}' is {property.PropertyType}; a column is a string, a Boolean, a number or "
                + $"a list of {nameof(ChatMessage)}. Convert the property, or mark it with [NoColumn].");
        var plain = typeof(RecordColumns<TRow>).GetMethod(nameof(Plain), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (DerivedColumn<TRow>)plain.MakeGenericMethod(property.PropertyType).Invoke(null, [name, type, property])!;
    }

    private static DerivedColumn<TRow> Plain<T>(string name, DataViewType type, PropertyInfo property)
    {
        var read = Read<T>(property);
        return new(name, type, null, row => (ValueGetter<T>)((ref T value) => value = read(row())));
    }

    private static DerivedColumn<TRow> Text<T>(string name, bool isMessages, Func<TRow, T> read, Func<T, string> convert) =>
        DerivedColumn<TRow>.Text(name, isMessages, row => convert(read(row)));

    private static Func<TRow, T> Read<T>(PropertyInfo property)
    {
        var row = Expression.Parameter(typeof(TRow));
        return Expression.Lambda<Func<TRow, T>>(Expression.Property(row, property), row).Compile();
    }

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttributesData().FirstOrDefault(data => data.AttributeType == typeof(ColumnNameAttribute))
            ?.ConstructorArguments[0].Value as string ?? property.Name;

    private static bool IsColumn(PropertyInfo property) => property.GetMethod is { IsPublic: true }
        && property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<NoColumnAttribute>() is null;

    private static bool IsMessages(PropertyInfo property) => typeof(IEnumerable<ChatMessage>).IsAssignableFrom(property.PropertyType);
}
