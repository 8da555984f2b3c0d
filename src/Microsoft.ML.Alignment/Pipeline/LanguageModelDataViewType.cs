using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>The type of annotations whose value is a <see cref="LanguageModel"/>.</summary>
/// <remarks>
/// An annotation and not a column: caches and shuffles drop columns of types they do not know, and a column needs a row to be read.
/// </remarks>
internal sealed class LanguageModelDataViewType : StructuredDataViewType
{
    // ML.NET keeps one data view type a raw type and refuses a second registration.
    static LanguageModelDataViewType() => DataViewTypeManager.Register(Instance, typeof(LanguageModel));

    private LanguageModelDataViewType()
        : base(typeof(LanguageModel))
    {
    }

    public static LanguageModelDataViewType Instance { get; } = new();

    /// <summary>All instances are equal: ML.NET compares the types of schema shapes by value.</summary>
    public override bool Equals(DataViewType? other) => other is LanguageModelDataViewType;

    public override bool Equals(object? other) => other is LanguageModelDataViewType;

    public override int GetHashCode() => typeof(LanguageModelDataViewType).GetHashCode();

    public override string ToString() => nameof(LanguageModel);
}
