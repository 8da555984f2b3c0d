using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>The values of one column for the rows of a batch.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>Keeps the value of the row that the source stands on.</summary>
    public abstract void Fetch(int slot);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the value in the current slot.</summary>
    public abstract Delegate Getter(Func<int> current);

    /// <summary>Room for <paramref name="capacity"/> values of a column of <paramref name="row"/>.</summary>
    public static ColumnBuffer Of(DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        var raw = column.Type.RawType;
        var type = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? typeof(Vectors<>).MakeGenericType(raw.GetGenericArguments())
            : typeof(Plain<>).MakeGenericType(raw);
        return (ColumnBuffer)Activator.CreateInstance(type, row, column, capacity)!;
    }

    /// <summary>A getter over the values that a batch computes of a column.</summary>
    public static Delegate GetterOver(ScoreBatch batch, ScoreColumn column, Func<int> current) => column.Type.RawType switch
    {
        var type when type == typeof(float) => Getter<float>(batch, column.Name, current),
        var type when type == typeof(long) => Getter<long>(batch, column.Name, current),
        var type when type == typeof(ReadOnlyMemory<char>) => Getter<ReadOnlyMemory<char>>(batch, column.Name, current),
        var type => throw new ArgumentException($"No getter for values of type {type}.", nameof(column)),
    };

    /// <summary>The getter as what the caller asks for.</summary>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Invalid TValue: column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}.");

    private static ValueGetter<T> Getter<T>(ScoreBatch batch, string name, Func<int> current) =>
        (ref T value) => value = ((T[])batch.Values(name))[current()];

    private sealed class Plain<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBuffer
    {
        private readonly T[] _values = new T[capacity];
        private readonly ValueGetter<T> _source = row.GetGetter<T>(column);

        public override void Fetch(int slot) => _source(ref _values[slot]);

        public override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
    }

    /// <summary>A source may reuse a vector's memory, so each slot has its own and readers get copies.</summary>
    private sealed class Vectors<T>(DataViewRow row, DataViewSchema.Column column, int capacity) : ColumnBuffer
    {
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];
        private readonly ValueGetter<VBuffer<T>> _source = row.GetGetter<VBuffer<T>>(column);

        public override void Fetch(int slot) => _source(ref _values[slot]);

        public override Delegate Getter(Func<int> current) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
    }
}
