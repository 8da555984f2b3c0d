using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Checks the columns of a training set before anything trains.</summary>
internal readonly record struct ColumnCheck(IExceptionContext Context, SchemaShape Shape)
{
    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is not text.</exception>
    public void Text(string role, string name) => AlignmentSchema.CheckText(Context, Shape, role, name);

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is no number.</exception>
    public void Number(string role, string name) => AlignmentSchema.CheckNumber(Context, Shape, role, name);

    /// <summary>Whether there is a text column of this name.</summary>
    public bool HasText(string name) => AlignmentSchema.HasText(Shape, name);
}
