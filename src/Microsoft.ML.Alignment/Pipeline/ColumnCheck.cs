using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Checks the columns of a training or validation set before anything trains.</summary>
/// <param name="Context">Names the trainer in errors.</param>
/// <param name="Shape">The columns.</param>
/// <param name="Owner">Begins the column's role in errors, e.g. <c>validation set's </c>.</param>
internal readonly record struct ColumnCheck(IExceptionContext Context, SchemaShape Shape, string Owner = "")
{
    /// <summary>Gets whether these are the rows that are trained on, and not a set beside them.</summary>
    public bool IsTrainingSet => Owner.Length == 0;

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is not text.</exception>
    public void Text(string role, string name) => AlignmentSchema.CheckText(Context, Shape, Owner + role, name);

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is no number.</exception>
    public void Number(string role, string name) => AlignmentSchema.CheckNumber(Context, Shape, Owner + role, name);

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is not Boolean.</exception>
    public void Flag(string role, string name) => AlignmentSchema.CheckFlag(Context, Shape, Owner + role, name);

    /// <exception cref="ArgumentOutOfRangeException">The column is not there or is no text, number or flag.</exception>
    public void Scalar(string role, string name)
    {
        if (!HasText(name))
            Number(role, name);
    }

    /// <summary>Asks for prompts with a better and a worse completion.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is not there or is not text.</exception>
    public void Pairs(TextColumns columns)
    {
        Text("prompt", columns.Prompt);
        Text("chosen", columns.Chosen);
        Text("rejected", columns.Rejected);
    }

    /// <summary>Whether there is a text column of this name.</summary>
    public bool HasText(string name) => AlignmentSchema.HasText(Shape, name);
}
